"""Letters that show every kind of block, in two directions."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.rendering import (
    Block,
    Document,
    EventFacts,
    LanguageLink,
    Letter,
    Markers,
    Picture,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
MARKERS = Markers("abcdefgh")
SITE = "https://news.example.org"


def picture(name: str, **words: Any) -> Picture:
    return Picture(f"{SITE}/media/{name}.jpg", width=1072, height=603, **words)


LEAD = Block(
    type="story",
    anchor="i1",
    language="fr",
    title="Le verger de l’ancienne gare ouvre au printemps : trois ans d’attente",
    summary="La ville signe enfin le bail. Les premiers arbres sont en terre.",
    body_html=(
        "<p>La ville signe enfin le bail : <strong>quatre-vingts arbres fruitiers"
        "</strong> remplaceront le parking de la gare. Les premiers ont été plantés"
        " samedi par une classe de cinquième.</p>"
        "<h4>Ce qui reste à faire</h4>"
        "<ul><li>creuser le puits, en janvier ;</li>"
        '<li>choisir le nom, <a href="https://example.org/vote?a=1&amp;b=2">par un'
        " vote ouvert à tous</a> ;</li></ul>"
        "<blockquote>Un arbre, c’est un rendez-vous qu’on prend avec"
        " quelqu’un.</blockquote>"
    ),
    url="https://example.org/verger",
    link_text="Voir le plan du verger",
    author="Noor Hendrickx",
    picture=picture(
        "verger",
        alt="Des enfants plantent un pommier devant l’ancienne gare",
        caption="Le premier pommier, samedi 21 novembre.",
        credit="Ilse Maes",
    ),
    lead=True,
)
STORY = Block(
    type="story",
    anchor="i2",
    language="fr",
    title="Neuf tonnes de compost en une saison",
    summary="Deux cents familles ont trié leurs épluchures ; le jardin en vit déjà.",
    url="https://example.org/compost",
    picture=picture("compost", alt="Un bac à compost fumant au petit matin"),
    section="Actualités",
)
LINK = Block(
    type="link",
    anchor="i3",
    language="nl",
    title="De gemeenteraad stemt vóór gedeelde moestuinen",
    summary="Elke wijk krijgt vanaf 2027 een eigen stukje grond.",
    url="https://www.stadskrant.example/moestuinen",
    attribution="Stadskrant",
)
VIDEO = Block(
    type="video",
    anchor="i4",
    language="fr",
    title="La taille d’un pommier en quatre gestes",
    summary="Filmé au verger-école avec Amadou, maraîcher.",
    url="https://video.example/watch?v=7",
    picture=picture("taille"),
)
EVENT = Block(
    type="event",
    anchor="i5",
    language="fr",
    title="Grande fête des semences",
    summary="Apportez vos graines, repartez avec celles des autres.",
    url="https://example.org/fete",
    link_text="Je m’inscris",
    event=EventFacts(
        starts_at=datetime(2026, 12, 12, 18, 0, tzinfo=BRUSSELS),
        ends_at=datetime(2026, 12, 12, 22, 30, tzinfo=BRUSSELS),
        zone=BRUSSELS,
        place="Salle des Tilleuls, rue du Four 8, 1300 Wavre",
        reply_by_at=datetime(2026, 12, 8, 16, 30, tzinfo=BRUSSELS),
        ics_url=f"{SITE}/e/5.fr.ics",
    ),
    section="Agenda",
)
DOCUMENTS = Block(
    type="documents",
    anchor="i6",
    language="fr",
    title="À lire et à imprimer",
    documents=(
        Document(
            f"{SITE}/guide.pdf", "Guide « Un jardin pour tous »", "PDF", 1_834_000, "fr"
        ),
        Document(f"{SITE}/affiche.pdf", "Affiche de la fête", "PDF", 402_000),
    ),
    section="Documents",
)
APPEAL = Block(
    type="appeal",
    anchor="i7",
    language="fr",
    title="Il manque douze arbres",
    body_html="<p>Un pommier coûte trente-cinq euros, tuteur compris. Douze"
    " parrains, et le verger est complet.</p>",
    url="https://example.org/parrain",
    link_text="Je parraine un arbre",
    attribution="Réseau des vergers",
    section="Campagne",
)
TEXT = Block(
    type="text",
    anchor="i8",
    language="fr",
    title="Un mot du bureau",
    body_html="<p>Le bureau se réunit le premier lundi du mois.</p>",
    url="https://example.org/bureau",
)
FRENCH = Letter(
    language="fr",
    subject="Le verger « de la gare » est à nous !",
    preheader="Quatre-vingts arbres, une fête des semences et douze parrains.",
    intro="Chères jardinières, chers jardiniers,\n\nL’année finit comme elle a"
    " commencé : les mains dans la terre. Merci à vous toutes et tous.\nNoor, pour"
    " l’équipe",
    list_name="Les Jardins de la Dyle",
    list_url=f"{SITE}/fr/",
    sender_name="Les Jardins de la Dyle",
    legal="Les Jardins de la Dyle asbl, rue du Four 8, 1300 Wavre · BCE 0123.456.789",
    contact="bonjour@example.org",
    number=48,
    dated_on=datetime(2026, 12, 1, 9, 0, tzinfo=BRUSSELS),
    web_url=f"{SITE}/fr/48-verger",
    blocks=(LEAD, STORY, LINK, VIDEO, EVENT, DOCUMENTS, APPEAL, TEXT),
    languages=tuple(
        LanguageLink(tag, MARKERS.read_in(tag)) for tag in ("fr", "nl", "de", "en")
    ),
    unsubscribe_url=MARKERS.unsubscribe,
    preferences_url=MARKERS.preferences,
    reader_address=MARKERS.address,
    reader_since=MARKERS.since,
)
ARABIC = replace(
    FRENCH,
    language="ar",
    subject="البستان صار لنا",
    preheader="ثمانون شجرة وعيد للبذور.",
    intro="أصدقاءنا الأعزاء، انتهى العام كما بدأ: وأيدينا في التراب.",
    list_name="حدائق الديل",
    list_url=f"{SITE}/ar/",
    web_url=f"{SITE}/ar/48-verger",
    blocks=(
        replace(
            LEAD,
            language="ar",
            title="بستان المحطة القديمة يفتح أبوابه في الربيع",
            body_html="<p>وقّعت المدينة العقد أخيراً.</p><ul><li>حفر البئر</li></ul>"
            "<blockquote>الشجرة موعد نضربه مع أحد.</blockquote>",
            link_text="شاهدوا مخطط البستان",
            author="نور",
            picture=picture("verger", alt="أطفال يغرسون شجرة", credit="Ilse Maes"),
        ),
        replace(STORY, section="أخبار"),
        replace(EVENT, section=""),
        replace(DOCUMENTS, section=""),
    ),
)
LETTERS = {"fr": FRENCH, "ar": ARABIC}
