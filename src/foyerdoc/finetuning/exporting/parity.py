"""Whether an exported model answers as the adapter that it was made from.

    probes --answer--> Answers of a reference (NF4 + adapter)    ┐
    probes --answer--> Answers of the export                     ┴--compare--> Parity --check--> limits

A probe is a conversation with the answers that are possible, if there are few, and the right one, if it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ExportError
from foyerdoc.finetuning.data.examples import Example
from foyerdoc.models.protocol import Conversation, Generation, Message
from foyerdoc.prompts import label

_LABELS: Final = 200
_LABEL_CHARACTERS: Final = 120
"""Answers of conversations are taken for labels when there are no more than this many, none of them longer than that."""

_ANSWER_TOKENS: Final = 32


class Answerer(Protocol):
    """The part of a language model that is asked here."""

    def generate(self, conversations: Sequence[Conversation], *, max_tokens: int) -> list[Generation]:
        """Answer each conversation, greedily."""

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """Log-probability of each continuation as the whole answer's beginning."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to both models.

    Attributes:
        conversation: up to the answer.
        labels: the possible answers; empty when there are too many.
        answer: the right one, or None.
    """

    conversation: tuple[Message, ...]
    labels: tuple[str, ...] = ()
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an export may be from NF4 + adapter.

    Attributes:
        label_agreement: smallest share of probes with the same most probable label.
        mean_kl: largest mean of KL(reference || export) of the labels' distribution, in nats.
        exact_match: smallest share of the same greedy answers.
        accuracy_drop: by how much the share of right labels may fall below the reference's, where right labels are known.
    """

    label_agreement: float = 0.9
    mean_kl: float = 0.1
    exact_match: float = 0.5
    accuracy_drop: float = 0.02


@dataclass(frozen=True, slots=True)
class Parity:
    """An export beside the reference.

    Attributes:
        file: the model file, or the folder's name.
        engine: what ran it.
        reference: what it is compared with.
        probes: how many were asked.
        scored: how many of them have labels.
        label_agreement: share of `scored` with the same most probable label, or None without labels.
        mean_kl: mean of KL(reference || export) over `scored`, in nats, or None.
        largest_kl: the largest of them, or None.
        exact_match: share of `probes` with the same greedy answer, or None when nothing was generated.
        accuracy: share of right labels where they are known, or None.
        reference_accuracy: the reference's.
    """

    file: str
    engine: str
    reference: str
    probes: int
    scored: int
    label_agreement: float | None
    mean_kl: float | None
    largest_kl: float | None
    exact_match: float | None
    accuracy: float | None
    reference_accuracy: float | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model said.

    Attributes:
        distributions: for each probe with labels, (labels,) natural-log probabilities that sum to 1 as probabilities.
        texts: the greedy answer to each probe; empty when nothing was generated.
    """

    distributions: tuple[NDArray[np.float64], ...]
    texts: tuple[str, ...]


def probes_of(labelled: Sequence[Example] | Sequence[Conversation]) -> tuple[Probe, ...]:
    """Probes from labelled documents, or from conversations that end in the assistant's answer.

    Raises:
        ExportError: there are none, or a conversation does not end in an answer.
    """
    if not labelled:
        raise ExportError("there is nothing to compare the export on", hint="leave labelled out, or name some examples")
    pairs: list[tuple[tuple[Message, ...], str]] = []
    rows: Sequence[Example | Conversation] = labelled
    for number, row in enumerate(rows, 1):
        if isinstance(row, Example):
            pairs.append((label(row.document.text), " / ".join(row.path)))
            continue
        messages = tuple(row)
        if len(messages) < 2 or messages[-1].role != "assistant":
            raise ExportError(f"conversation {number} does not end in an answer", hint="its last message is the assistant's")
        pairs.append((messages[:-1], messages[-1].content))
    answers = tuple(dict.fromkeys(answer for _, answer in pairs))
    few = 1 < len(answers) <= _LABELS and all(len(answer) <= _LABEL_CHARACTERS for answer in answers)
    return tuple(Probe(asked, answers if few else (), answer if few else None) for asked, answer in pairs)


def bundled_probes() -> tuple[Probe, ...]:
    """Letters in three languages with the demo's labels as possible answers, and which one is right left open."""
    from foyerdoc.demo import folder
    from foyerdoc.taxonomy import Taxonomy

    leaves = Taxonomy.load(folder() / "taxonomy.json").leaves()
    labels = tuple(" / ".join(path) for path in leaves)
    return tuple(Probe(label(text), labels) for text in bundled_letters())


def bundled_letters() -> tuple[str, ...]:
    """Invented letters to an insurer, in French, German and English."""
    return tuple(_LETTERS.strip().split("\n\n"))


def ask(model: Answerer, probes: Sequence[Probe]) -> Answers:
    """Ask a model all probes."""
    distributions = []
    for probe in probes:
        if probe.labels:
            scores = model.score(probe.conversation, probe.labels)
            distributions.append(scores - np.logaddexp.reduce(scores))
    answers = model.generate([probe.conversation for probe in probes], max_tokens=_ANSWER_TOKENS)
    return Answers(tuple(distributions), tuple(answer.text for answer in answers))


def compare(reference: Answers, export: Answers, probes: Sequence[Probe], *, file: str, engine: str, against: str) -> Parity:
    """Put two models' answers to the same probes side by side."""
    scored = [probe for probe in probes if probe.labels]
    pairs = list(zip(reference.distributions, export.distributions, strict=True))
    divergences = [float((np.exp(p) * (p - q)).sum()) for p, q in pairs]
    known = [(probe.labels.index(probe.answer), p, q) for probe, (p, q) in zip(scored, pairs, strict=True) if probe.answer]
    return Parity(
        file=file,
        engine=engine,
        reference=against,
        probes=len(probes),
        scored=len(scored),
        label_agreement=_mean([float(p.argmax() == q.argmax()) for p, q in pairs]),
        mean_kl=_mean(divergences),
        largest_kl=max(divergences, default=None),
        exact_match=_mean([float(a == b) for a, b in zip(reference.texts, export.texts, strict=True)]),
        accuracy=_mean([float(q.argmax() == right) for right, _, q in known]),
        reference_accuracy=_mean([float(p.argmax() == right) for right, p, _ in known]),
    )


def widened(limits: Limits, known: Parity) -> Limits:
    """Limits that let through what is no further from the reference than something that is in use already."""
    return Limits(
        label_agreement=min(limits.label_agreement, _or(known.label_agreement, 1.0)),
        mean_kl=max(limits.mean_kl, _or(known.mean_kl, 0.0)),
        exact_match=min(limits.exact_match, _or(known.exact_match, 1.0)),
        accuracy_drop=limits.accuracy_drop,
    )


def check(parity: Parity, limits: Limits) -> None:
    """Refuse an export that is further from the reference than the limits allow.

    Raises:
        ExportError: the message has every figure that is past its limit.
    """
    past = []
    if parity.label_agreement is not None and parity.label_agreement < limits.label_agreement:
        past.append(f"label agreement {parity.label_agreement:.3f} below {limits.label_agreement:g}")
    if parity.mean_kl is not None and not parity.mean_kl <= limits.mean_kl:
        past.append(f"mean KL {parity.mean_kl:.4f} above {limits.mean_kl:g}")
    if parity.exact_match is not None and parity.exact_match < limits.exact_match:
        past.append(f"exact match {parity.exact_match:.3f} below {limits.exact_match:g}")
    if parity.accuracy is not None and parity.reference_accuracy is not None:
        drop = parity.reference_accuracy - parity.accuracy
        if drop > limits.accuracy_drop:
            past.append(f"accuracy {parity.accuracy:.3f}, {drop:.3f} below the adapter's, more than {limits.accuracy_drop:g}")
    if past:
        raise ExportError(
            f"{parity.file} answers otherwise than {parity.reference} on {parity.probes} probes: {'; '.join(past)}",
            hint="nothing was kept; use a larger type, pass the adapter's own examples as labelled=, or other limits",
        )


def _or(figure: float | None, otherwise: float) -> float:
    return otherwise if figure is None else figure


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


_LETTERS: Final = """\
Dear Sir or Madam, a stone hit the windscreen of my car on the motorway. The glass is cracked and has to be replaced.
Please confirm that my policy covers it.

Madame, Monsieur, je souhaite résilier mon contrat d'assurance habitation à son échéance, le 31 mars. Merci de me le
confirmer par écrit.

Sehr geehrte Damen und Herren, in der Anlage erhalten Sie die Rechnung der Werkstatt über 842,50 Euro. Bitte überweisen
Sie den Betrag auf mein Konto.

Hello, we moved last week. Our new address is 14 Mill Lane. Please update the contract and send us the new schedule.

Bonjour, suite au dégât des eaux du 12 janvier, vous trouverez ci-joint le constat signé par le voisin et deux devis.

Guten Tag, ich habe meine Prämie bereits bezahlt und trotzdem eine Mahnung bekommen. Ich bitte um Klärung.

I am not satisfied with how my claim was handled. Nobody answered for six weeks. I expect a reply from your manager.

Pourriez-vous m'envoyer une attestation d'assurance pour mon nouveau véhicule ? La plaque est AB-123-CD.

Wir haben ein Kind bekommen und möchten es in der Krankenversicherung anmelden. Welche Unterlagen brauchen Sie?

Please quote a price for insuring a small bakery with two employees against fire and theft.

Mon père est décédé le mois dernier. Il avait une assurance vie chez vous. Quelles pièces dois-je fournir ?

Meine Bankverbindung hat sich geändert. Bitte buchen Sie die Beiträge ab sofort vom neuen Konto ab.
"""
