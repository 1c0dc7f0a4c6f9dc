"""Words that turn what stands beside them into a filter, by language."""

from __future__ import annotations

AVOID = {
    "en": "not about|not on|not for|not|no|without|except for|except|excluding|nothing about",
    "de": "nicht über|nicht mit|nicht für|nicht|kein|keine|keinen|keiner|ohne|außer|nichts über",
    "es": "que no sea de|que no sean de|que no sea|que no sean|sin|excepto|salvo|nada de|no",
    "fr": "pas de|pas d'|pas sur|pas des|pas|sans|sauf|hors|rien sur",
    "it": "non su|non di|non|senza|tranne|eccetto|niente",
    "pt": "que não seja de|que não seja|que não sejam|não sobre|não|nao|sem|exceto|menos|nada de",
    "nl": "niet over|niet|geen|zonder|behalve",
    "sv": "inte om|inte|utan|ingen|inga|utom",
    "da": "ikke om|ikke|uden|ingen|undtagen",
    "nb": "ikke om|ikke|uten|ingen|unntatt",
    "pl": "nie o|nie|bez|oprócz|żadnych",
    "cs": "ne o|ne|bez|kromě|žádné|žádný",
    "sk": "nie o|nie|bez|okrem",
    "ru": "не про|не о|не об|не|без|кроме|никаких",
    "uk": "не про|не|без|крім|окрім",
    "bg": "не за|не|без|освен",
    "sr": "не о|не|без|осим",
    "el": "όχι|χωρίς|εκτός από|εκτός",
    "ro": "nu despre|nu|fără|în afară de",
    "hu": "ne|nem|nélkül",
    "id": "bukan tentang|bukan|tanpa|kecuali|tidak",
    "vi": "không phải|không|trừ",
    "ar": "ليس عن|ليست عن|ليس|ليست|بدون|من دون|دون|باستثناء|ما عدا|لا",
    "fa": "بدون|به جز|نه",
    "he": "לא על|לא|בלי|ללא|חוץ מ",
    "hi": "बिना",
    "zh": "不要关于|不要|不含|不是|没有|除了|別要|不想要|不关于|不包括",
}
"""Before what is to be avoided."""

AVOID_BEHIND = {
    "ja": "以外|なしで|なしの|なし|抜きの|抜き|ではない|じゃない|を除く|は不要|はいらない",
    "ko": "말고|제외하고|제외한|제외|없이|없는|빼고|아닌",
    "tr": "olmadan|olmayan|olmasın|hariç|dışında|değil",
    "hi": "के बिना|नहीं|को छोड़कर",
    "fi": "ilman",
}
"""Behind it."""

READ_IN = {
    "en": "in",
    "de": "auf|in",
    "es": "en",
    "fr": "en",
    "it": "in",
    "pt": "em",
    "ca": "en",
    "nl": "in|in het",
    "sv": "på",
    "da": "på",
    "nb": "på",
    "pl": "po|w",
    "cs": "v|ve",
    "sk": "v|vo",
    "sl": "v",
    "ru": "на|по",
    "bg": "на",
    "sr": "на",
    "ro": "în|in",
    "el": "στα|σε",
    "ar": "باللغة|بلغة",
    "id": "dalam|dalam bahasa|berbahasa",
    "vi": "bằng|bằng tiếng",
}
"""Before the language in which somebody wants to read."""

BETWEEN = (
    "the der die das la le el il lo o a der het lingua língua lengua langue idioma bahasa tiếng "
    "języku jazyce jazyku limba γλώσσα اللغة"
)
"""Words that may stand between them."""

JOINS = (
    "or and oder und o u y e ou et of en eller och og lub i albo nebo a alebo и или або та "
    "și sau veya ve ja tai vagy és atau dan hoặc và أو و או और या ή και"
)
"""Between two languages, or two words to avoid."""

ONLY = (
    "only nur ausschließlich solo sólo solamente únicamente seulement uniquement soltanto "
    "somente apenas só alleen enkel bara endast kun tylko wyłącznie pouze jen len только лише "
    "тільки само μόνο doar numai csak vain sadece yalnızca hanya chỉ فقط केवल सिर्फ़ 只 仅 "
    "只要 のみ だけ 만"
)
"""Nothing else will do."""

PREFER = (
    "preferably ideally prefer rather bevorzugt vorzugsweise lieber liebsten möglichst "
    "preferiblemente preferentemente mejor préférence plutôt preferibilmente meglio "
    "preferencialmente preferência "
    "liefst voorkeur helst gerne najlepiej nejlépe najlepšie желательно лучше предпочтительно "
    "бажано краще προτίμηση preferabil lehetőleg mieluiten tercihen sebaiknya tiên يفضل "
    "ويفضل बेहतर 最好 优先 できれば なるべく 가급적 되도록"
)
"""Others will do as well."""

ABOUT = (
    "about on of for with any anything the a an über von mit für den die das der dem des ein eine "
    "sobre de del la las los el con un una para da do dos das com uma à au aux du des le les l' d' "
    "sur avec pour su di con per della dei il lo gli over van met voor om med för for til o z na "
    "про о об обо з за для από για το τα despre cu عن من على مع ב על של के का की tentang dengan "
    "về với 关于 於 to be been being sein ser être"
)
"""Words that begin what is to be avoided and say nothing of it."""

POLITE = "please bitte favor svp пожалуйста proszę alsjeblieft 请"
"""At the end of what is to be avoided, they are no part of it."""

COUNTED = {
    2: "two zwei dos deux due dois duas twee två to dwa dva два две 两 两个 二 二つ 둘 اثنان दो",
    3: "three drei tres trois tre três drie tre trzy tři три 三 三个 三つ 셋 ثلاثة ثلاث तीन",
    4: "four vier cuatro quatre quattro quatro fyra fire cztery čtyři четыре чотири 四 四个 أربعة",
    5: "five fünf cinco cinq cinque vijf fem pięć pět пять п'ять 五 五个 五つ خمسة خمس पाँच पांच beş",
    6: "six sechs seis sei zes sex seks sześć šest шесть шість 六 六个 ستة छह altı",
    7: "seven sieben siete sept sette sete zeven sju syv siedem sedm семь сім 七 七个 سبعة yedi",
    8: "eight acht ocho huit otto oito åtta otte osiem osm восемь вісім 八 八个 ثمانية आठ sekiz",
    9: "nine neun nueve neuf nove negen nio dziewięć devět девять 九 九个 تسعة नौ dokuz",
    10: "ten zehn diez dix dieci dez tien tio dziesięć deset десять 十 十个 عشرة दस",
    12: "twelve zwölf doce douze dodici doze twaalf tolv dwanaście двенадцать 十二",
    20: "twenty zwanzig veinte vingt venti vinte twintig tjugo dwadzieścia двадцать 二十 عشرون",
}
"""How many, in words."""

GIVE = (
    "give|show|find|recommend|suggest|list|want|need|top|best|gib|zeig|zeige|finde|empfiehl|dame|"
    "muéstrame|recomiéndame|busco|quiero|donne-moi|montre-moi|je veux|je cherche|dammi|mostrami|"
    "voglio|me dê|mostre|quero|geef|toon|ge|visa|daj|pokaż|ukaž|dej|дай|покажи|найди|хочу|"
    "порекомендуй|给我|推荐|找|帮我找|أعطني|أريد|اعرض|मुझे|दिखाओ|bana|göster"
)
"""Before how many things are wished."""

IN_CATEGORY = (
    "category|categories|section|kategorie|rubrik|categoría|sección|catégorie|rubrique|section|"
    "categoria|sezione|seção|categorie|rubriek|kategori|kategoria|sekcja|kategorie|категория|"
    "категории|категорії|раздел|разделе|类别|分类|類別|カテゴリー|カテゴリ|분류|카테고리|فئة|قسم|श्रेणी"
)
"""Before or behind the name of a category."""
