"""What the golden letters say, in four languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A title, and what stands below it."""

    title: str
    summary: str = ""
    body: str = ""
    button: str = ""
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Words:
    """A letter of eight items and the words around them."""

    subject: str
    preheader: str
    intro: str
    list_name: str
    legal: str
    sections: tuple[str, str, str, str]
    lead: Said
    story: Said
    video: Said
    event: Said
    place: str
    documents: Said
    papers: tuple[str, str]
    appeal: Said
    text: Said


DUTCH = Words(
    subject='De boomgaard "van het station" is van ons!',
    preheader="Tachtig bomen, een zadenfeest en twaalf peters en meters.",
    intro="Beste tuinierders,\n\n's Winters is het stil in de tuin, maar niet bij ons."
    " Bedankt voor jullie hulp.\nNoor, namens de ploeg",
    list_name="De Tuinen van de Dijle",
    legal="De Tuinen van de Dijle vzw, Ovenstraat 8, 1300 Waver · KBO 0123.456.789",
    sections=("Nieuws", "Agenda", "Documenten", "Campagne"),
    lead=Said(
        "De boomgaard van het oude station gaat in de lente open",
        body="<p>Eindelijk heeft de stad het huurcontract getekend: <strong>tachtig"
        " fruitbomen</strong> komen in de plaats van de parking. De eerste zijn"
        " zaterdag geplant door een vijfde klas.</p><h4>Wat er nog moet gebeuren</h4>"
        "<ul><li>in januari de put graven;</li><li>een naam kiezen, met een"
        ' <a href="https://example.org/stem">stemming voor iedereen</a>.</li></ul>'
        "<blockquote>Een boom is een afspraak die je met iemand maakt.</blockquote>",
        button="Bekijk het plan van de boomgaard",
        alt="Kinderen planten een appelboom voor het oude station",
        caption="De eerste appelboom, op 21 november.",
    ),
    story=Said(
        "Negen ton compost in één seizoen",
        "Tweehonderd gezinnen sorteerden hun schillen; de tuin leeft er al van.",
        alt="Een dampende compostbak in de vroege ochtend",
    ),
    video=Said(
        "Een appelboom snoeien in vier stappen",
        "Gefilmd in de leerboomgaard met Amadou, groenteteler.",
    ),
    event=Said(
        "Groot zadenfeest",
        "Breng je zaden mee en ga naar huis met die van anderen.",
        button="Ik kom",
    ),
    place="Lindezaal, Ovenstraat 8, 1300 Waver",
    documents=Said("Om te lezen en af te drukken"),
    papers=('Gids "Een tuin voor iedereen"', "Affiche van het feest"),
    appeal=Said(
        "Er ontbreken nog twaalf bomen",
        body="<p>Een appelboom kost 35 euro, steunpaal inbegrepen. Twaalf peters of"
        " meters, en de boomgaard is compleet.</p>",
        button="Ik schenk een boom",
    ),
    text=Said(
        "Een woordje van het bestuur",
        body="<p>Het bestuur vergadert elke eerste maandag van de maand.</p>",
    ),
)
GERMAN = Words(
    subject='Der Obstgarten "am Bahnhof" gehört uns!',
    preheader="Achtzig Bäume, ein Saatgutfest und zwölf Patenschaften.",
    intro="Liebe Gärtnerinnen, liebe Gärtner,\n\ndas Jahr endet, wie es begonnen hat:"
    " mit den Händen in der Erde. Wir danken Ihnen allen.\nNoor, für das Team",
    list_name="Die Gärten an der Dyle",
    legal="Die Gärten an der Dyle VoG, Ofenstraße 8, 1300 Wavre · ZDU 0123.456.789",
    sections=("Aktuelles", "Termine", "Dokumente", "Kampagne"),
    lead=Said(
        "Der Obstgarten am alten Bahnhof öffnet im Frühling",
        body="<p>Die Stadt hat den Pachtvertrag endlich unterschrieben: <strong>achtzig"
        " Obstbäume</strong> ersetzen den Parkplatz. Die ersten hat am Samstag eine"
        " fünfte Klasse gepflanzt.</p><h4>Was noch zu tun ist</h4><ul><li>im Januar den"
        " Brunnen graben;</li><li>einen Namen wählen, in einer"
        ' <a href="https://example.org/wahl">Abstimmung für alle</a>.</li></ul>'
        "<blockquote>Ein Baum ist eine Verabredung mit jemandem.</blockquote>",
        button="Den Plan des Obstgartens ansehen",
        alt="Kinder pflanzen einen Apfelbaum vor dem alten Bahnhof",
        caption="Der erste Apfelbaum, am 21. November.",
    ),
    story=Said(
        "Neun Tonnen Kompost in einer Saison",
        "Zweihundert Familien haben ihre Schalen getrennt; der Garten zehrt davon.",
        alt="Ein dampfender Komposthaufen am frühen Morgen",
    ),
    video=Said(
        "Einen Apfelbaum schneiden in vier Schritten",
        "Gedreht im Lehrgarten mit dem Gemüsegärtner Amadou.",
    ),
    event=Said(
        "Großes Saatgutfest",
        "Bringen Sie Ihre Samen mit und nehmen Sie die der anderen nach Hause.",
        button="Ich komme",
    ),
    place="Lindensaal, Ofenstraße 8, 1300 Wavre",
    documents=Said("Zum Lesen und Ausdrucken"),
    papers=('Leitfaden "Ein Garten für alle"', "Plakat des Festes"),
    appeal=Said(
        "Es fehlen noch zwölf Bäume",
        body="<p>Ein Apfelbaum kostet 35 Euro, der Pfahl inbegriffen. Zwölf"
        " Patenschaften, und der Obstgarten ist vollständig.</p>",
        button="Ich übernehme eine Patenschaft",
    ),
    text=Said(
        "Ein Wort des Vorstands",
        body="<p>Der Vorstand trifft sich an jedem ersten Montag im Monat.</p>",
    ),
)
ENGLISH = Words(
    subject='The "station" orchard is ours!',
    preheader="Eighty trees, a seed fair and twelve trees to adopt.",
    intro="Dear gardeners,\n\nThe year ends as it began: with our hands in the soil."
    " Thank you, all of you.\nNoor, for the team",
    list_name="The Dyle Gardens",
    legal="The Dyle Gardens, 8 Oven Street, 1300 Wavre · no. 0123.456.789",
    sections=("News", "Agenda", "Documents", "Campaign"),
    lead=Said(
        "The old station's orchard opens in spring",
        body="<p>The city has signed the lease at last: <strong>eighty fruit trees"
        "</strong> will take the place of the car park. A class of ten-year-olds"
        " planted the first of them on Saturday.</p><h4>What remains to be done</h4>"
        "<ul><li>digging the well, in January;</li><li>choosing a name, in a"
        ' <a href="https://example.org/vote">vote that is open to all</a>.</li></ul>'
        "<blockquote>A tree is an appointment that you make with somebody."
        "</blockquote>",
        button="See the plan of the orchard",
        alt="Children planting an apple tree in front of the old station",
        caption="The first apple tree, on 21 November.",
    ),
    story=Said(
        "Nine tonnes of compost in one season",
        "Two hundred families kept their peelings; the garden lives on them already.",
        alt="A compost bin steaming in the early morning",
    ),
    video=Said(
        "Pruning an apple tree in four cuts",
        "Filmed in the teaching orchard with Amadou, who grows vegetables.",
    ),
    event=Said(
        "The great seed fair",
        "Bring your seeds, and go home with somebody else's.",
        button="I am coming",
    ),
    place="Lime Tree Hall, 8 Oven Street, 1300 Wavre",
    documents=Said("To read and to print"),
    papers=('Guide "A garden for all"', "Poster of the fair"),
    appeal=Said(
        "Twelve trees are missing",
        body="<p>An apple tree costs 35 euros, stake included. Twelve people who adopt"
        " one, and the orchard is complete.</p>",
        button="I adopt a tree",
    ),
    text=Said(
        "A word from the board",
        body="<p>The board meets on the first Monday of each month.</p>",
    ),
)
OTHERS = {"nl": DUTCH, "de": GERMAN, "en": ENGLISH}
