"""From the paragraphs of a situation to a whole document: letter, mail, web form, short message, printed page."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.letters import distractors
from tools.letters.facts import Facts
from tools.letters.grammar import Situation, choose, fill, line, paragraphs
from tools.letters.noise import worn
from tools.letters.wording import WORDING

VAGUE_SUBJECT = 0.3
DISTRACTED = 0.35


@dataclass(frozen=True, slots=True)
class Message:
    """What a frame is put around."""

    sender: str
    receiver: str
    subject: str
    body: list[str]


def _capitalised(text: str) -> str:
    """German goes on in small letters after a salutation, so without one the first letter must be made a capital."""
    return text[:1].upper() + text[1:]


class Scribe:
    """Writes one document.

    Args:
        situation: what happened.
        label: "category/subcategory", so that distractors are about something else.
        rng: the document's own source of chance.
        language: of the situation.
    """

    def __init__(self, situation: Situation, label: str, rng: random.Random, language: str) -> None:
        self._situation = situation
        self._label = label
        self._rng = rng
        self._language = language
        self._facts = Facts(rng, language)

    def write(self) -> str:
        """The document's text."""
        if self._situation.page:
            return worn(self._page(), self._rng, printed=True)
        message = self._message()
        frames: tuple[tuple[Callable[[Message], str], bool, int], ...] = (
            (self._letter, True, 4),
            (self._mail, False, 4),
            (self._web_form, False, 1 if self._situation.writer == "customer" else 0),
            (self._short, False, 1 if self._situation.writer == "customer" else 0),
        )
        frame, printed, _ = self._rng.choices(frames, weights=[weight for *_, weight in frames])[0]
        return worn(frame(message), self._rng, printed=printed)

    def _say(self, key: str) -> str:
        """One of the language's ways to word something."""
        options = WORDING[self._language][key].split(";")
        return fill(choose(self._rng.choice(options), self._rng), self._facts.get)

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability

    # --- what is said ----------------------------------------------------------------------------------------------------

    def _message(self) -> Message:
        slot = self._facts.get
        writer = self._situation.writer
        sender = slot({"customer": "me", "insurer": "insurer"}.get(writer, writer))
        receiver = slot("me" if writer == "insurer" else "insurer")
        vague = self._chance(VAGUE_SUBJECT)
        subject = self._say("vague") if vague else line(self._situation.subject, self._rng, slot)
        return Message(sender, receiver, subject, self._body())

    def _body(self) -> list[str]:
        body = paragraphs(self._situation.text, self._rng, self._facts.get, keep_lines=False)
        pools = {"customer": distractors.CUSTOMER, "insurer": distractors.INSURER}
        pool = pools.get(self._situation.writer, {}).get(self._language, ())
        if pool and self._chance(DISTRACTED):
            self._distract(body, pool)
        if len(body) > 1 and self._chance(0.15):
            body = [" ".join(body)]
        return body

    def _distract(self, body: list[str], pool: distractors.Pool) -> None:
        usable = [sentence for about, sentence in pool if not about or not self._label.startswith(about)]
        for sentence in self._rng.sample(usable, self._rng.choice((1, 1, 2))):
            text = fill(choose(sentence, self._rng), self._facts.get)
            if self._chance(0.5):
                body[-1] = f"{body[-1]} {text}"
            else:
                # not between a colon and the list that it announces
                places = [place for place in range(1, len(body) + 1) if not body[place - 1].endswith(":")]
                body.insert(self._rng.choice(places), text)

    # --- how it looks ----------------------------------------------------------------------------------------------------

    def _greeting(self) -> str:
        return self._say("greet_customer" if self._situation.writer == "insurer" else "greet_insurer")

    def _references(self, at_most: int) -> list[str]:
        """Contract, file and customer numbers, in any number and order."""
        pairs = [("policy", "policy"), ("claim", "claim"), ("customer", "customer")]
        chosen = self._rng.sample(pairs, self._rng.randint(0, at_most))
        return [f"{self._say(label)}{self._rng.choice((': ', ' ', ' : '))}{self._facts.get(slot)}" for label, slot in chosen]

    def _sender_block(self, name: str) -> list[str]:
        block = [name, *self._facts.get("address").rsplit(", ", 1)]
        if self._chance(0.4):
            block.append(f"{self._say('phone')} {self._facts.get('phone')}")
        if self._chance(0.25):
            block.append(self._facts.mail_of(name))
        return block

    def _letter(self, message: Message) -> str:
        facts = self._facts
        blocks = [self._sender_block(message.sender)] if self._chance(0.9) else []
        if self._chance(0.8):
            blocks.append([message.receiver, *facts.get("address2").rsplit(", ", 1)])
        head = [[self._say("place")], self._references(2), [self._headline(message.subject)]]
        if self._chance(0.25):
            self._rng.shuffle(head)
        signature = [
            self._say("close"),
            "",
            message.sender if self._by_customer or self._chance(0.8) else facts.get("clerk"),
        ]
        if self._has_desks and self._chance(0.5):
            signature.append(self._say("dept"))
        tail = [[self._say("enclosed")]] if self._chance(0.3) else []
        if not self._by_customer and self._chance(0.5):
            tail.append([self._say("foot")])
        if not self._by_customer and self._chance(0.2):
            tail.append([self._say("small_print")])
        parts = [*blocks, *head, [self._greeting()], *([text] for text in message.body), signature, *tail]
        return self._join(parts)

    @property
    def _has_desks(self) -> bool:
        return self._situation.writer in ("insurer", "broker", "agency")

    @property
    def _by_customer(self) -> bool:
        return self._situation.writer in ("customer", "person")

    def _headline(self, subject: str) -> str:
        style = self._rng.random()
        if style < 0.15:
            return ""
        if style < 0.65:
            return f"{self._say('subject')}{self._rng.choice((': ', ' : '))}{subject}"
        return subject.upper() if style < 0.75 else subject

    def _mail(self, message: Message) -> str:
        facts = self._facts
        sender = facts.mail_of(message.sender)
        heads = [
            f"{self._say('from')}: {message.sender} <{sender}>" if self._chance(0.7) else f"{self._say('from')}: {sender}",
            f"{self._say('sent')}: {facts.get('today')}{self._rng.choice(('', ' ' + facts.get('time')))}",
            f"{self._say('to')}: {self._rng.choice(('', message.receiver + ' '))}<{facts.mail_of(message.receiver)}>",
            f"{self._say('subject')}: {self._rng.choice(('', '', '', 'Re: ', 'Fwd: '))}{message.subject}",
        ]
        short = message.sender.split()[0] if self._by_customer else facts.get("first")
        signature = [self._say("close_mail"), message.sender if self._chance(0.85) else short]
        if self._has_desks:
            signature.append(self._say("dept"))
        if self._chance(0.35):
            signature.append(f"{self._say('phone')} {facts.get('phone')}")
        parts = [heads, [self._greeting()], *([text] for text in message.body), signature, self._references(1)]
        if self._chance(0.15):
            parts.append([self._say("mobile")])
        if self._chance(0.2):
            parts.append([self._say("notice")])
        if self._chance(0.12):
            parts.append([self._say("quoted")])
        if self._chance(0.1):
            note = [f"{facts.get('first2')}", ""] if self._chance(0.4) else []
            parts.insert(0, [*note, self._say("forward")])
        return self._join(parts)

    def _web_form(self, message: Message) -> str:
        facts = self._facts
        colon = self._rng.choice((": ", " : ", ":\n", "\t"))
        fields = [
            (self._say("name"), message.sender),
            (self._say("policy"), facts.get("policy")),
            (self._say("phone"), facts.get("mobile")),
            (self._say("mail"), facts.mail_of(message.sender)),
            (self._say("address"), facts.get("address")),
        ]
        fields = self._rng.sample(fields, self._rng.randint(2, len(fields)))
        if self._chance(0.5):
            fields.append((self._say("subject"), message.subject))
        lines = [f"{label}{colon}{value}" for label, value in fields]
        text = _capitalised("\n".join(message.body))
        return self._join([[self._say("web")], lines, [f"{self._say('message')}{colon}{text}"], [facts.get("today")]])

    def _short(self, message: Message) -> str:
        """As written on a telephone: the beginning, perhaps more, hardly any form."""
        end = max(2, self._rng.randint(1, len(message.body)))
        body = message.body if message.body[:end][-1].endswith(":") else message.body[:end]
        greeting = [[self._greeting()]] if self._chance(0.5) else []
        closing = [[self._say("close_mail"), message.sender]] if self._chance(0.6) else [self._references(1)]
        text = " ".join(body)
        return self._join([*greeting, [text if greeting else _capitalised(text)], *closing])

    def _page(self) -> str:
        facts = self._facts
        writer = self._situation.writer
        name = facts.get("insurer" if writer in ("insurer", "customer") else writer)
        title = line(self._situation.subject, self._rng, facts.get)
        body = paragraphs(self._situation.text, self._rng, facts.get, keep_lines=True)
        head: list[Sequence[str]] = [self._sender_block(name) if self._chance(0.7) else [name]]
        if self._chance(0.15):
            head = []
        if self._chance(0.35):
            head.append([facts.get("me"), *facts.get("address2").rsplit(", ", 1)])
        references = self._references(1)
        if references and self._chance(0.5):
            head.append(references)
        if self._chance(0.85):
            head.append([title.upper() if self._chance(0.4) else title])
        if self._chance(0.12) and title:
            head.reverse()
        parts = [*head, *([text] for text in body)]
        if self._chance(0.3) and len(body) > 2:
            parts.insert(self._rng.randint(len(head) + 1, len(parts)), self._page_break(name))
        if self._chance(0.2):
            parts.append([self._say("small_print")])
        if self._chance(0.45):
            parts.append([self._say("foot")])
        return self._join(parts)

    def _page_break(self, name: str) -> list[str]:
        """The foot of one page and the head of the next, as they stand in text taken from a PDF."""
        number = self._rng.randint(1, 3)
        mark = self._say("page").replace("%a", f"{number}").replace("%b", f"{number + 1}") if self._chance(0.8) else ""
        return [mark, name] if self._chance(0.6) else [mark]

    def _join(self, parts: Sequence[Sequence[str]]) -> str:
        """Lines of blocks; an empty line between blocks, now and then none."""
        gap = self._rng.choice(("\n\n", "\n\n", "\n\n", "\n"))
        blocks = ("\n".join(part).strip() for part in parts)
        return gap.join(block for block in blocks if block)
