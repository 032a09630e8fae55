"""Which language a text is in, from its commonest words; for other scripts, from the script.

French, German, English and Luxembourgish are told apart from each other and from Dutch, Italian, Spanish and
Portuguese. Every other language in Latin letters is None rather than a guess, and so is a text too short to tell.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Sequence
from itertools import repeat

from foyerdoc.documents import Block

LANGUAGES = ("de", "en", "es", "fr", "it", "lb", "nl", "pt")
"""The languages in Latin letters that are told apart, as ISO 639-1 codes."""

# Function words in three bands, with a bar between: about one word in forty of a running text, in two hundred, in a thousand.
# An apostrophe ends its word and stays with it: "l'assurance" is read as "l'" and "assurance".
_WORDS: dict[str, str] = {
    "de": """
        der die und in den von zu das ist mit des im für nicht ein eine dem auf sich werden |
        es an als auch wird bei nach oder aus sie sind einer wir ich einen einem hat zur zum durch so wenn nur über
        dass am kann haben war er vom bis wurde um noch man ihr ihre ihnen ihrer unter sowie eines mehr uns |
        aber wie diese dieser dieses diesem diesen sein seine seiner seinen keine kein vor zwischen gegen ohne muss
        müssen können soll sollen darf dürfen hier da dort dann weil schon sehr alle allen aller mich mir dir dich
        unser unsere ihrem ihren ihres wo was wer welche welcher welches wurden worden waren wäre würde würden hatte
        hatten habe jedoch bereits beim ab seit während jede jeder jedes sofern falls gemäß bitte geehrte geehrter
        damen herren herr frau grüßen freundlichen datum jahr jahre jahren tag tage zwei drei erste ersten zeit neue
        neuen anderen versicherung vertrag rechnung betrag seite dafür dabei dazu damit davon daher deren dessen gibt
        geht etwa nun also immer wieder ganz viel viele doch mal nichts etwas selbst insbesondere einschließlich zwar
        anlage straße nummer kunde schaden höhe teil gegenüber innerhalb erfolgt wegen liegt steht heute morgen""",
    "en": """
        the of and to in a is that for was as on with by or be |
        it are this from at his an which not have has were he but they their its had you been may will shall any other
        such all i we our your one can if no would more who when there also into than |
        she her him them my me us so up out what about some these those then only first new two three after over
        between under during before where while both each most many very should could must do does did done being
        because through against until within without upon how why same used use made own well now just like please
        dear sincerely regards yours date page number amount year years time day days people including per due let's
        however therefore pursuant hereby thereof herein agreement party parties policy claim insurance payment it'
        he' she' that' don' can' we' i' they' you' here again every another still too much thank thanks yes since down
        back off even whose whom whether either neither nor unless except become""",
    "es": """
        de la que el en y los se del las un una por con |
        no para su al lo es como más o pero sus le ha este sí porque esta entre cuando muy sin sobre ser también fue
        son años hasta desde está |
        mi me qué donde quien todo todos toda todas nos durante uno ni contra otros otras ese eso ante ellos esto
        antes algunos unos yo otro él tanto esa estos mucho cual poco ella estar estas algo nosotros tiene tienen
        había era eran fueron han he hay hace hacer puede pueden debe deben según así cada dos tres año día días parte
        tiempo usted señor señora gracias fecha página número derechos iguales mismo misma aunque mientras siempre
        dicho uns los seguro contrato factura importe saludos mediante dentro después nunca sólo solo ya si""",
    "fr": """
        de la le les et des en un une du est que d' l' dans qui pour par au sur |
        pas il ce plus ne se ou a avec sont son qu' cette vous n' s' ses été aux nous je être sa c' mais comme ces
        elle on y leur peut si fait tout ont deux j' m' votre vos notre même où |
        sans leurs aussi lui entre avoir était étaient dont après bien sous très ainsi lors avant depuis non autres
        autre tous toute toutes cas celui celle ceux cela doit doivent peuvent peu encore alors car donc ni quand
        contre pendant jusqu' selon chez fois ans jour jours mois année date droit droits lorsque lorsqu' afin soit
        sera seront avait avaient ils elles mon ma mes ton ta tes nos moi toi eux premier première trois ici là quel
        quelle quels quelles quelqu' madame monsieur mesdames messieurs veuillez merci bonjour cordialement
        salutations numéro page montant contrat assurance sinistre facture client dossier rue vers parce puis trop
        moins plusieurs chaque aucun aucune quelques ayant étant avons avez ai as es suis sommes êtes ait t' puisque
        dès voir faire dit pourquoi comment combien rien jamais toujours grâce notamment""",
    "it": """
        di e il la che in a per un è del una i con della dell' le da |
        non si dei al sono delle nel alla come gli più l' anche lo ma ha dal o su se nella degli ai d' sua suo dalla
        questo questa essere stato |
        all' nell' dall' sull' un' c' loro tra fra sul sulla sui quando dopo prima dove chi cui perché così però
        quindi ogni tutti tutte tutto tutta altri altre altro stata stati state era erano fu hanno ho abbiamo può
        possono deve devono noi voi io lui lei mi ti ci vi ne questi queste quello quella quelli molto poco senza
        contro durante secondo due tre anno anni giorno giorni parte tempo signor signora grazie data pagina numero
        contratto fattura importo saluti sig ed od nei nelle agli alle dagli dalle sugli sulle suoi sue mentre ancora
        già solo qui qualche alcuni alcune presso entro mediante nonché oltre""",
    "lb": """
        d' de an den ass vun dat net op mat fir der |
        et si e en eng déi och huet vum am bei sinn ech mir no zu gouf hunn um dem gëtt aus datt wéi oder awer bis
        ginn dass hie hien do méi iwwer nach duerch säi seng hir all deen dës dësen dëst a iech dir |
        engem enger keng keen kee beim zum zur ënner tëscht géint ouni virun nom well wann wou wat wien ob mä mee scho
        schonn nëmmen ëmmer haut muer gëschter säin sengem senger hiren hirem hirer eis eisen eiser är ären ärer kann
        kënnt kënnen muss mussen musse soll sollen däerf wëll wëllen wier wieren war waren goufen huelen kréien kritt
        mécht maachen steet geet gi deem där dorop dofir domat dobäi dovun dann dunn esou souwéi ganz gutt besser nei
        neien neie grouss grousse kleng éischt éischten zwee zwou dräi véier joer joren deeg dag mount stonn zäit
        lëtzebuerg lëtzebuerger lëtzebuergesch lëtzebuergeschen mënsch mënschen leit haaptstad gemeng land moien merci
        wgl här madamm versécherung schued kontrakt rechnung rechnungen adress strooss nummer säit bréif äntwert kënne
        kënns bass hutt sidd gitt wäert géif géifen hätt hätten wären hat haten gesot gemaach anere aneren aner
        deelweis verschidden zanter bannent wéinst trotz ausser géintiwwer jidder jiddereen näischt eppes vill""",
    "nl": """
        de van het een en in is dat op te zijn met voor niet |
        aan er om ook als bij of door die naar dan maar uit nog over wordt werd worden hij ze wij we ik je u uw zich
        deze dit heeft hebben kan was tot hun onder tegen |
        haar hem mijn zijn onze ons jij jullie geen meer wel zo al waar wat wie welke hoe waarom wanneer omdat zoals
        tussen zonder binnen volgens tijdens sinds moet moeten zal zullen zou zouden kunnen mag mogen waren hadden had
        werden andere anderen alle alles iets niets veel zeer eerste twee drie jaar jaren dag dagen tijd eigen daar
        hier toen toch nu weer altijd nooit geachte heer mevrouw groet groeten graag datum bladzijde bedrag nummer
        factuur verzekering overeenkomst betaling rechten plaats na per via gaat gaan doen zich 's 't indien echter""",
    "pt": """
        de a o que e do da em um para com não uma os |
        no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já também só pelo pela até isso ela
        entre foi é são ser está tem |
        era depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu às minha numa pelos pelas elas
        qual nós lhe deles essas esses este esta estes estas dele tu te vocês vos lhes isto aquilo foram ter há pode
        podem deve devem ainda todos todas todo toda outro outra outros outras sobre contra durante segundo dois duas
        três ano anos dia dias parte tempo senhor senhora obrigado data página número contrato fatura valor
        cumprimentos então onde porque cada direitos iguais bem assim sendo seguro após além apenas através""",
}
# Words of languages that are not reported (the Nordic ones, Polish, Czech, Croatian, Romanian, Catalan, Latin, Afrikaans,
# Hungarian, Finnish, Turkish ...): a text full of them is in none of ours.
_OTHERS = (
    "og at det som är på till att och för av ikke inte jeg jag är ett eller også också blev være mennesker skal hver mellom "
    "i na w z że nie się jest są oraz przez jako swoich wszyscy dla od "
    "v ve že se jsou jako pro podle nebo bylo byl lidé všichni k "
    "su u je nije kao što koji koja svi "
    "și în din este sunt cu pe care mai între fost fi toate "
    "amb i els les pels és són seva seus dels per ésser aquest però "
    "sunt et ut cum quod ad ex atque ac esse homines omnes "
    "vir het nie hulle word moet aan mense alle "
    "az és egy hogy nem van mint minden kell volt "
    "ja on ei että se ovat ole mutta olla heidän "
    "ve bir bu için ile olarak olan her "
    "un der jeb ir kas agus na ar ir yra bei kad "
    "yang dan di dengan untuk sa ng ang mga "
    "y ac yn i'r bod gan"
)
_OTHER = "und"
_BANDS = (65, 48, 32)  # ten times the natural logarithm of how much commoner a word is in its own language than in others

# The endings of longer words, for texts with too few function words. Weaker than a word: they are shared or borrowed.
_ENDINGS: dict[str, str] = {
    "de": "ung ungen keit heit schaft lich liche lichen licher isch ische ischen chen tät nis gen ten ßen ern igen tion bar",
    "en": "ing tion tions ions ness ment ally able ible ful less ship ity ous ated ed ly ies ght ory ance ence ward",
    "es": "ción ciones dad dades mente ando iendo ado ados ada adas miento ería ismo eza ón",
    "fr": "tion tions ions ales ment eux euse euses ité ités aire aires age ages ique iques eur eurs ance ence aux ère",
    "it": "zione zioni mente tà aggio ezza ando endo ato ata ati ate ione ioni ità etti ello ella mento menti",
    "lb": "éiert tioun tiounen keet heet schaft lech lechen eschen esch éieren ung ungen éierung ëscht eren iichten",
    "nl": "ing ingen heid heden lijk lijke atie aties sch tje tjes eren ijk aar isch ische teit eeft",
    "pt": "ção ções dade dades mente ando endo ado ados ada adas mento ismo eza ão ões eiro eira",
}
_ENDING_WEIGHT = 14
_LETTERS: dict[str, str] = {
    "de": "ß ä ö ü",
    "es": "ñ ¿ ¡ ó á í ú",
    "fr": "é è ê ç œ à â î ô û",
    "it": "è à ù ò ì",
    "lb": "ë é ä ü",
    "nl": "ë ï",
    "pt": "ã õ ç á ê ó í",
}
_LETTER_WEIGHTS = {"ß": 40, "ñ": 40, "¿": 40, "œ": 40, "ã": 40, "õ": 40, "è": 20, "ê": 20}
_LETTER_WEIGHT = 12

# Every language has 64 bits in one integer: the sum of its weights above, how many words it knows below.
# So one sum over the words, which runs in C, adds up everything.
_FIELD_BITS, _COUNT_BITS = 64, 20
_FIELDS = struct.Struct(f"<{len(LANGUAGES) + 1}Q")
_RANKED = (*LANGUAGES, _OTHER)
_SHIFT = {language: _FIELD_BITS * i for i, language in enumerate(_RANKED)}


def _packed(weights: dict[str, int], *, known: int = 0) -> int:
    return sum((weight << _COUNT_BITS | known) << _SHIFT[language] for language, weight in weights.items())


def _word_table() -> dict[str, int]:
    by_word: dict[str, dict[str, int]] = {}
    for language, bands in _WORDS.items():
        # The rarest band first: a word that stands in two bands of its language has the higher weight.
        for weight, words in sorted(zip(_BANDS, bands.split("|"), strict=True)):
            for word in words.split():
                by_word.setdefault(word, {})[language] = weight
    for word in _OTHERS.split():
        by_word.setdefault(word, {})[_OTHER] = _BANDS[1]
    # Single letters are words in too many languages to show that a text is in one of them.
    return {word: _packed(weights, known=int(len(word) > 1)) for word, weights in by_word.items()}


def _ending_table() -> dict[str, int]:
    by_ending: dict[str, dict[str, int]] = {}
    for language, endings in _ENDINGS.items():
        for ending in endings.split():
            by_ending.setdefault(ending, {})[language] = _ENDING_WEIGHT + 2 * len(ending)
    return {ending: _packed(weights) for ending, weights in by_ending.items()}


def _letter_table() -> dict[str, int]:
    by_letter: dict[str, dict[str, int]] = {}
    for language, letters in _LETTERS.items():
        for letter in letters.split():
            by_letter.setdefault(letter, {})[language] = _LETTER_WEIGHTS.get(letter, _LETTER_WEIGHT)
    return {letter: _packed(weights) for letter, weights in by_letter.items()}


_WORD_WEIGHTS = _word_table()
_ENDING_WEIGHTS = _ending_table()
_LETTER_PACKED = _letter_table()

_GLANCE, _SAMPLE = 400, 2_000  # characters of one text that are looked at: first, and if those leave a doubt
_CLEAR = 70  # a lead by words alone at which nothing else is asked, in the units of `_BANDS`
_MARGIN = 24  # by how much the best language must beat the second, in the units of `_BANDS`
_MARGIN_PRIOR = 10  # the same for the document's own language
_SHARE = 0.13  # of the words of a longer text, those that the language must know
_WORD = re.compile(r"[^\W\d_]+'?")
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u2c00-\ua6ff\uac00-\ud7ff\U00020000-\U0003ffff]")

_SCRIPTS = {
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "arabic": re.compile("[\u0600-\u077f]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "hangul": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "kana": re.compile("[\u3040-\u30ff]"),
    "han": re.compile("[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff]"),
}
_ANY_LETTER = re.compile(r"[^\W\d_]")
_CODES = {"greek": "el", "hebrew": "he", "hangul": "ko", "kana": "ja", "han": "zh"}


def detect(text: str) -> str | None:
    """The language of a text.

    Returns:
        An ISO 639-1 code: one of `LANGUAGES`, or by its script ar, bg, el, fa, he, hi, hy, ja, ka, ko, ru, th, uk, ur or zh.
        None for other languages and where there is too little text to tell.
    """
    language, margin = _evidence(text)
    return language if margin >= _MARGIN else None


def with_languages(blocks: Sequence[Block], text: str) -> tuple[tuple[Block, ...], str | None]:
    """Set every block's language, and find the document's.

    A block that is torn between two languages gets the document's when that is one of them.

    Args:
        blocks: with spans into the text.
        text: the document's text.

    Returns:
        The blocks, and the language with the most characters; None where no block has one and neither has the whole text.
    """
    found = [_evidence(text[block.span.start : block.span.end]) for block in blocks]
    characters: Counter[str] = Counter()
    for block, (language, margin) in zip(blocks, found, strict=True):
        if language is not None and margin >= _MARGIN:
            characters[language] += len(block.span)
    main = max(sorted(characters), key=characters.__getitem__) if characters else detect(text)
    marked = []
    for block, (language, margin) in zip(blocks, found, strict=True):
        known = language if margin >= (_MARGIN_PRIOR if language == main else _MARGIN) else None
        # Written out, since `dataclasses.replace` would cost more than the detection.
        b = block
        marked.append(b if b.language == known else Block(b.kind, b.span, b.page, b.level, b.path, b.rows, known))
    return tuple(marked), main


_NOTHING: tuple[None, int] = (None, 0)
_SURE = 1_000  # the margin of a script


def _evidence(text: str) -> tuple[str | None, int]:
    """The likeliest language and its lead over the second, in the units of `_BANDS`; None when it is none of ours."""
    if len(text) > _GLANCE:
        language, margin = _evidence(text[:_GLANCE])
        if margin >= _CLEAR:
            return language, margin
        text = text[:_SAMPLE]
    if not text.isascii():
        if _OTHER_SCRIPT.search(text):
            script = _by_script(text)
            if script is not None:
                return _CODES.get(script, script), _SURE
        text = text.replace("’", "'")
    text = text.lower()
    if "'" in text:
        text = text.replace("'", "' ")
    words = text.split()
    by_words = sum(map(_WORD_WEIGHTS.get, words, repeat(0)))
    if by_words:
        best, margin, known = _ranking(by_words)
        if margin >= _CLEAR and known >= _SHARE * len(words):
            return _NOTHING if best == _OTHER else (best, margin)
    return _closely(text)


def _closely(text: str) -> tuple[str | None, int]:
    """By words, endings and letters together: slower, for short texts and for those that the words alone do not decide."""
    words = _WORD.findall(text)
    packed = sum(map(_WORD_WEIGHTS.get, words, repeat(0)))
    for word in words:
        if len(word) > 4 and word not in _WORD_WEIGHTS:
            packed += _ending(word)
    if not text.isascii():
        packed += sum(_LETTER_PACKED.get(letter, 0) for word in words if not word.isascii() for letter in set(word))
    if not packed:
        return _NOTHING
    best, margin, known = _ranking(packed)
    if best == _OTHER or (len(words) > 9 and known < _SHARE * len(words)):
        return _NOTHING
    return best, margin


def _ending(word: str) -> int:
    table = _ENDING_WEIGHTS
    return table.get(word[-4:]) or table.get(word[-3:]) or table.get(word[-5:]) or table.get(word[-2:], 0)


def _ranking(packed: int) -> tuple[str, int, int]:
    """The best language, its lead over the second in the units of `_BANDS`, and how many of the words it knows."""
    fields = _FIELDS.unpack(packed.to_bytes(_FIELDS.size, "little"))
    *_, second, first = sorted(fields)
    best = _RANKED[fields.index(first)]
    return best, (first >> _COUNT_BITS) - (second >> _COUNT_BITS), first & (1 << _COUNT_BITS) - 1


def _by_script(text: str) -> str | None:
    if 2 * len(_OTHER_SCRIPT.findall(text)) < len(_ANY_LETTER.findall(text)):
        return None
    counts = {name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()}
    name = max(counts, key=counts.__getitem__)
    if counts["kana"] and counts["kana"] * 10 >= counts["han"]:
        name = "kana"
    if counts[name] < 2:
        return None
    if name == "cyrillic":
        return _cyrillic(text)
    if name == "arabic":
        return "ur" if re.search("[ٹڈڑے]", text) else "fa" if re.search("[پچژگ]", text) else "ar"
    return name


def _cyrillic(text: str) -> str | None:
    lower = text.lower()
    if re.search("[іїєґ]", lower):
        return None if "ў" in lower else "uk"
    if re.search("[ыэ]", lower):
        return "ru"
    if re.search("[ђјљњћќѓџ]", lower):
        return None
    # Bulgarian writes ъ inside its words and has no ы; a short Russian text may lack ы as well.
    return "bg" if lower.count("ъ") * 120 > len(lower) else "ru"
