"""The rules by which a text's traces of people are found: addresses, mentions, handles, numbers, names.

They are written for the database's engine of patterns, which looks neither ahead nor behind and takes a letter outside
ASCII for the end of a word. They ignore case.
"""

from collections.abc import Sequence

MARKERS = {mark: chr(0xFDD0 + place) for place, mark in enumerate(("link", "address", "person", "number", "contact"))}
LINK, ADDRESS, PERSON, NUMBER, CONTACT = MARKERS.values()
# While a text is masked, each marker is one character that no text holds, so that no rule finds its own marker,
# and a day's digits are parted by another, so that no rule takes them for a telephone number.
PART = "\ufdd5"
OURS = r"\x{FDD0}-\x{FDD5}"

# Those that are words, such as me and to, would take the ends of sentences between which no space stands.
ENDINGS = (
    "com|net|org|edu|gov|cn|io|tv|info|xyz|ly|gg|cc|jp|kr|tw|hk|uk|ru|dev|app|co|ee|"
    "shop|site|online|store|club|social|blog|vip"
)
MAIL_HOSTS = "gmail|qq|163|126|outlook|hotmail|yahoo|icloud|foxmail|naver|daum|proton(?:mail)?|sina|aliyun|live|aol"
DOT = r"(?:\s?[.．。点]\s?|\s?[(\[{]dot[)\]}]\s?| dot )"
AT = r"(?:\s{0,2}[@＠]\s{0,2}|\s?[(\[{]at[)\]}]\s?)"
MAILBOX, HOST = r"[\p{Latin}0-9._%+-]+", r"[\p{Latin}0-9-]+"
ADDRESSES = "|".join(
    (
        rf"[@＠]?{MAILBOX}[@＠](?:{HOST}[.．])+\p{{Latin}}{{2,24}}",
        rf"{MAILBOX}{AT}{HOST}(?:{DOT}{HOST})?{DOT}(?:{ENDINGS})\b",
        rf"{MAILBOX} at {HOST}(?: dot {HOST})? dot (?:{ENDINGS})\b",
        rf"{MAILBOX}\s?(?:\bat\b|[#*]|\(a\)|艾特)\s?(?:{MAIL_HOSTS}){DOT}(?:{ENDINGS})\b",
        r"[@＠]?[a-z0-9._%+-]*[a-z0-9_%+-][@＠][a-z0-9-]+\b",
    )
)
# What of an address can follow its domain; a sticker or a hashtag's end after it is no part of it.
REST = rf"[^\s\[\])，。；：！？、（）【】《》「」『』“”‘’\"<>‹›…{OURS}]"
LINKS = "|".join(
    (
        rf"(?:[a-z][a-z0-9+.-]{{1,20}}[:：]//|\bwww[.．]){REST}+",
        rf"\b(?:[a-z0-9-]+[.．])+[a-z]{{2,24}}[/?]{REST}+",
        rf"\b(?:[a-z0-9-]+(?:[.．。点]|[(\[]dot[)\]]))+(?:{ENDINGS})\b(?:[:/?#]{REST}*)?",
        rf"\bxhslink[\s.]{{1,3}}com{REST}*",
    )
)
NAME = r"[\p{L}\p{N}\p{M}\p{So}\p{Sk}\x{200D}_]+"
MENTIONS = rf"[@＠]{NAME}(?:[.·•・\-]{NAME})*"
ANSWERS = (
    r"(^|\n)(\s*(?:回[复覆應应]|返信|답글|repl(?:y|ying) to|responder a|en respuesta a)\s*)"
    rf"[^\s:：，。{OURS}][^:：，。,.!?！？\n{OURS}]{{0,24}}([:：])"
)

# Where a handle is given to be written to; where it may as well be a word that follows; and words besides.
CHAT = (
    r"微[\s\-_.·❤♥]?信|[薇威徽葳]信|(?:[薇威卫徽葳微]|\bv)[❤♥]\x{FE0F}?|卫星号?|"
    r"v信|\bvx|\bwx|\bwei ?xin|\bwe ?chat\b|\bqq|扣扣|企鹅|绿泡泡|"
    r"\bwhats ?app\b|\btele ?gram\b|电报|텔레그램|\bkakao(?: ?talk)?\b|카카오톡|카톡|\bline ?id\b|라인|ライン|"
    r"\bskype\b|\bviber\b|\bsnap ?chat\b|\bdiscord\b|\bfb\b|\btg\b|"
    r"\big\b|\binsta(?:gram)?\b|인스타(?:그램)?|インスタ|\be-?mail\b|邮箱|\bcorreo\b|이메일"
)
MEDIA = (
    r"抖音|快手|视频号|公众号|小?红[书薯]|微博|\bweibo\b|\bface ?book\b|脸书|\byou ?tube\b|油管|"
    r"\btwitter\b|推特|\btik ?tok\b|\bbilibili\b|\bb站|\btwitch\b|\bmail\b|メール"
)
# These are left alone unless a letter begins what follows and a digit is in it.
SITES = (
    r"\bred ?note\b|\bxhs\b|\bdou ?yin\b|\bvenmo\b|\bpay ?pal\b|\bcash ?app\b|\broblox\b|\bduo ?lingo\b|"
    r"\bhello ?talk\b|支付宝|钉钉|飞书|陌陌"
)
WORDS = r"\b(?:line|ins|signal|snap|threads|reddit|x|v|dc|tt|dy|id)\b"
CALLED = r"\s*(?:群?号码?|群|[账帐]号|id|handle|user ?name|搜索?|关注|아이디)?\s*"
COLON, IS = r"[:：=＝👉➡→]+\x{FE0F}?\s*", r"(?:是|为|\bis\b|\bes\b)\s*"
HANDLE = r"[a-z0-9_][a-z0-9_.\-]*[a-z0-9_](?:#\d{4}\b)?"
# Letters among which are a digit, an underscore or a number after a hash sign are no word of a language.
MIXED = r"(?:[a-z][a-z.\-]*[0-9_]|[0-9]+[a-z_.\-]*[a-z_])[a-z0-9_.\-]*(?:#\d{4}\b)?|[a-z]+#\d{4}\b"
# In two, since the engine puts back no more than nine of the words before them.
HANDLES = (
    rf"((?:{CHAT}){CALLED}{COLON}){HANDLE}",
    rf"((?:{CHAT}|\bins){CALLED}[是为]\s*|[加➕+＋]\s*我?的?\s*(?:{CHAT}|v\b|[薇威徽葳])\s*|\b[vw]x\s+)[a-z][a-z0-9_\-]{{3,}}",
    rf"((?:{CHAT}|{MEDIA}){CALLED}(?:{COLON}|{IS}|[\-–—~|(（「『【“\"])?\s*)(?:{MIXED})",
    rf"((?:(?:{CHAT}){CALLED}|(?:(?:{MEDIA}|[账帐])号|\buid)\s*)(?:{COLON}|{IS})?)\d{{5,}}[a-z0-9_]*",
    rf"((?:{WORDS}){CALLED}(?:{COLON}|{IS}|号))(?:{MIXED}|\d{{5,}}[a-z0-9_]*|[a-z]{{2,}}\.[a-z]{{2,}})",
    rf"((?:{WORDS}){CALLED}：\s*)[a-z][a-z0-9_.\-]{{3,}}",
    rf"((?:抖音|快手|公众|视频|微信|小红[书薯])号\s*[:：]\s*){NAME}",
    r"(^|[\s:：])[a-z0-9_.]{2,32}#(?:[03-9]\d|1[0-8]|2[1-9])\d\d\b",
)
FURTHER = (
    rf"((?:{SITES}|\b(?:line|ins|snap)\b){CALLED}(?:{COLON}|{IS})?\s*)[a-z][a-z.\-]{{2,}}[0-9_][a-z0-9_.\-]*",
    rf"((?:{CHAT}|{MEDIA}|{SITES})\s*(?:id|handle|(?:user ?)?name)\s+(?:is|es)\s+)[a-z][a-z0-9_.\-]{{3,}}",
    r"((?:카톡|카카오톡|라인|\bins|\bline|\bsnap)\s*(?:(?:id\b|아이디)\s*[:：]?|[→👉➡]\x{FE0F}?)\s*)[a-z][a-z0-9_.\-]{3,}",
    rf"((?:{CHAT}|[ｖＶｗＷ][ｘＸ]|[ｑＱ]{{2}}){CALLED}(?:{COLON})?)[ａ-ｚＡ-Ｚ０-９＿]{{4,}}",
    rf"((?:\buser ?name|用户名|昵称|网名|ニックネーム|닉네임)\s*{COLON}){NAME}",
    r"((?:抖音|快手|微信|小?红[书薯])号\s*)[a-z][a-z0-9_.\-]{3,}",
)
LAST_WORD = rf"((?:{MEDIA}|{SITES}){CALLED}{COLON})[a-z][a-z.]{{3,}}(\s*(?:$|[\n,，;；/|、。!！)）]))"

DAYS = r"\b((?:19|20)\d\d)((?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))\b"
GAP = r"[\s._\-\x{2010}-\x{2015}\x{2212}]"
WIDE_GAP = r"[\s._\-/，、·\x{2010}-\x{2015}\x{2212}]"
CALLS = (
    r"((?:\b(?:tel|phone|mobile|tel[ée]fono|m[óo]vil))\s*[:：.]\s*|手机\s*[:：]\s*|(?:电话|手机号|電話|携帯|전화)\s*[:：.]?\s*"
    r"|\b(?:call|text|ring) me (?:at |on )?|[☎📞📱]\x{FE0F}?\s*)"
)
CHINESE_DIGITS = "[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
NUMBERS = "|".join(
    (
        r"\b[0-9][0-9a-f]{23,}\b",
        r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
        rf"\b00\s?[1-9](?:{GAP}{{0,2}}\d){{8,}}\b",
        r"[+＋]\s?\p{Nd}(?:[\s.()\-]{0,2}\p{Nd}){7,}[a-z0-9_]*",
        rf"(?:[(（]?\b0\d{{1,4}}[)）]?{GAP}?)?[a-z_]*\p{{Nd}}{{7,}}[a-z0-9_]*",
        rf"[(（]\d{{3}}[)）]{GAP}?\d{{3}}{GAP}?\d\d{GAP}?\d\d",
        rf"\b0\d{{4}}{GAP}\d{{3}}{GAP}?\d{{3}}\b",
        rf"\b(?:\d{{1,3}}{GAP})?(?:0\d{{3}}|\d{{2,3}}){GAP}{{1,2}}\d{{3,4}}{GAP}{{1,2}}\d{{4}}\b",
        rf"\b\d{{3}}{GAP}\d{{3}}{GAP}\d{{3}}\b",
        rf"\b\d\d(?:{GAP}\d\d){{4}}\b",
        rf"\b\d{{3}}(?:{GAP}\d\d){{3}}\b",
        rf"\b1[3-9]\d(?:{WIDE_GAP}{{0,2}}\d){{8}}\b",
        rf"１[３-９]\p{{Nd}}(?:{WIDE_GAP}{{0,2}}\p{{Nd}}){{8}}",
        rf"\b1{GAP}[3-9](?:{GAP}\d){{9}}\b",
        r"\p{No}{7,}",
        r"(?:[0-9]\x{FE0F}?\x{20E3}\s?){5,}",
        rf"{CHINESE_DIGITS}(?:\s?{CHINESE_DIGITS}){{9,}}",
    )
)
LOCAL_CALL = rf"{CALLS}\d{{3}}{GAP}\d{{3,4}}\b"


def _keeping_word(handles: Sequence[str]) -> tuple[str, str]:
    """The handles as one pattern, and what is put in the place of each: the word before it, and the marker."""
    return "|".join(handles), "".join(rf"\{place}" for place in range(1, len(handles) + 1)) + CONTACT


# What is put in the place of each trace, step by step; of a handle, the word before it stays.
STEPS = {
    "without_addresses": ((ADDRESSES, ADDRESS), (LINKS, LINK)),
    "without_people": ((MENTIONS, PERSON), (ANSWERS, rf"\1\2{PERSON}\3")),
    "without_handles": (
        _keeping_word(HANDLES),
        _keeping_word(FURTHER),
        (LAST_WORD, rf"\1{CONTACT}\2"),
    ),
    "without_numbers": ((DAYS, rf"\1{PART}\2"), (NUMBERS, NUMBER), (LOCAL_CALL, rf"\1{NUMBER}")),
}

NAMES = (
    # The names of a record that its text holds, longest first, each as its length and itself.
    """named_in(captured, names) AS list_reverse_sort([
        [lpad(length(trim(name))::VARCHAR, 9, '0'), trim(name)]
        for name in string_split(names, chr(10)) if trim(name) <> '' AND contains(captured, trim(name))
    ])""",
    # A name that is part of a longer word is none, and a letter by itself is one only after the sign.
    r"""bounded(name) AS if(regexp_matches(name, '^\w'), '\b', '') || regexp_escape(name)
        || if(regexp_matches(name, '\w$'), '\b', '')""",
    r"""signed(found) AS
        '[@＠]\s?(?:' || array_to_string([bounded(pair[2]) for pair in found], '|') || ')'""",
    r"""bare(found) AS '[^\x00-\x{10FFFF}]' ||
        array_to_string(['|' || bounded(pair[2]) for pair in found if length(pair[2]) > 1], '')""",
)
