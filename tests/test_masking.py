import hmac
import stat
import time
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import masking
from analysis.database import connected
from analysis.errors import StudyError

KEY = bytes(range(32))

# Whoever reads what is left of the first finds nobody.
MASKED = [
    ("see https://example.com/a?b=c#d now", "see ‹link› now"),
    ("http://xhslink.com/a/AbC12，复制本条信息", "‹link›，复制本条信息"),
    ("看https://v.example.cn/iR7x/ 复制此链接", "看‹link› 复制此链接"),
    ("www.example.org", "‹link›"),
    ("WWW.EXAMPLE.ORG/me", "‹link›"),
    ("my site is lilybrown.com and more", "my site is ‹link› and more"),
    ("我的网站lilybrown.com欢迎", "我的网站‹link›欢迎"),
    ("bit.ly/3xYz and t.me/lily and linktr.ee/lily", "‹link› and ‹link› and ‹link›"),
    ("youtu.be/dQw4w9WgXcQ?t=3", "‹link›"),
    ("instagram.com/lily.brown!", "‹link›"),
    ("xhsdiscover://user/5f1c0d2e0000000001003abc", "‹link›"),
    ("http：//lily.cn/a", "‹link›"),
    ("lily点com", "‹link›"),
    ("lily(dot)com", "‹link›"),
    ("lily。com", "‹link›"),
    ("(https://a.example/b)", "(‹link›)"),
    ("https://a.example/b[笑哭R]", "‹link›[笑哭R]"),
    ("https://zh.example.org/张三", "‹link›"),
    ("visita mi-web.es/ana", "visita ‹link›"),
    ("shop.example.co.uk", "‹link›"),
    ("weixin://dl/business/?t=abc", "‹link›"),
    ("write to lily.brown+x@mail.example.com.", "write to ‹address›."),
    ("邮箱是lily@qq.com哦", "邮箱是‹address›哦"),
    ("lily @ gmail . com", "‹address›"),
    ("lily (at) gmail (dot) com", "‹address›"),
    ("lily[at]gmail.com", "‹address›"),
    ("lily at gmail dot com", "‹address›"),
    ("LILY＠QQ．COM", "‹address›"),
    ("ana.núñez@correo.es", "‹address›"),
    ("lily@qq点com", "‹address›"),
    ("mail me: lily@gmail", "mail me: ‹address›"),
    ("@lily hello", "‹person› hello"),
    ("hello @lily_2024!", "hello ‹person›!"),
    ("谢谢@小红薯65A1 你好", "谢谢‹person› 你好"),
    ("谢谢＠小明，你好", "谢谢‹person›，你好"),
    ("@Lily.Brown-x: yes", "‹person›: yes"),
    ("@小明🌸 来", "‹person› 来"),
    ("@ゆき さん", "‹person› さん"),
    ("@김민지 안녕", "‹person› 안녕"),
    ("@José hola", "‹person› hola"),
    ("RT @lily: hello", "RT ‹person›: hello"),
    ("回复 小明 : 好的", "回复 ‹person›: 好的"),
    ("回复 @小明 : 好的", "回复 ‹person› : 好的"),
    ("Reply to Lily Brown: thanks", "Reply to ‹person›: thanks"),
    ("Replying to @lily thanks", "Replying to ‹person› thanks"),
    ("返信 ゆき：はい", "返信 ‹person›：はい"),
    ("@lily@bob", "‹address›"),
    ("+1 555 123 4567", "‹number›"),
    ("+86-138-0013-8000", "‹number›"),
    ("+34 612 34 56 78", "‹number›"),
    ("＋8613800138000", "‹number›"),
    ("call 13800138000", "call ‹number›"),
    ("138 0013 8000", "‹number›"),
    ("138-0013-8000", "‹number›"),
    ("138.0013.8000", "‹number›"),
    ("138 001 38000", "‹number›"),
    ("1 3 8 0 0 1 3 8 0 0 0", "‹number›"),
    ("手机13800138000号", "手机‹number›号"),
    ("１３８００１３８０００", "‹number›"),
    ("一三八零零一三八零零零", "‹number›"),
    ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣", "‹number›"),
    ("①③⑧⓪⓪①③⑧", "‹number›"),
    ("(555) 123-4567", "‹number›"),
    ("555-123-4567", "‹number›"),
    ("555.123.4567", "‹number›"),
    ("5551234567", "‹number›"),
    ("010-12345678", "‹number›"),
    ("(0755) 12345678", "‹number›"),
    ("0755 1234567", "‹number›"),
    ("010-1234-5678", "‹number›"),
    ("090-1234-5678", "‹number›"),
    ("612 345 678", "‹number›"),
    ("612 34 56 78", "‹number›"),
    ("06 12 34 56 78", "‹number›"),
    ("020 7946 0958", "‹number›"),
    ("0171 123 4567", "‹number›"),
    ("tel: 555-1234", "tel: ‹number›"),
    ("电话 555 1234", "电话 ‹number›"),
    ("#13800138000[话题]#", "#‹number›[话题]#"),
    ("user 5f1c0d2e0000000001003abc here", "user ‹number› here"),
    ("f3b1e8a2-9d7c-4b1e-8a2f-0123456789ab", "‹number›"),
    ("小红书号：95012345678", "小红书号：‹contact›"),
    ("小红书号95012345", "小红书号‹contact›"),
    ("抖音号：小明的日常", "抖音号：‹contact›"),
    ("抖音号: xiaoming", "抖音号: ‹contact›"),
    ("抖音搜xiaoming88", "抖音搜‹contact›"),
    ("微信：xiaoming", "微信：‹contact›"),
    ("微信号: xiaoming_88", "微信号: ‹contact›"),
    ("微信abc123", "微信‹contact›"),
    ("微信 13800138000", "微信 ‹contact›"),
    ("加微信 xiaoming", "加微信 ‹contact›"),
    ("加我微信xiaoming", "加我微信‹contact›"),
    ("我的微信是xiaoming", "我的微信是‹contact›"),
    ("vx abc123", "vx ‹contact›"),
    ("wx:abc-123", "wx:‹contact›"),
    ("V信 abc123", "V信 ‹contact›"),
    ("薇信：xiaoming", "薇信：‹contact›"),
    ("威信 xiaoming88", "威信 ‹contact›"),
    ("加V xiaoming", "加V ‹contact›"),
    ("+v：xiaoming88", "+v：‹contact›"),
    ("v：xiaoming88", "v：‹contact›"),
    ("wechat: lilybrown", "wechat: ‹contact›"),
    ("my WeChat is lily_brown", "my WeChat is ‹contact›"),
    ("WeChat id lily88", "WeChat id ‹contact›"),
    ("QQ：123456", "QQ：‹contact›"),
    ("qq123456", "qq‹contact›"),
    ("QQ群 654321", "QQ群 ‹contact›"),
    ("扣扣 123456", "扣扣 ‹contact›"),
    ("WhatsApp: +1 555 123 4567", "WhatsApp: ‹number›"),
    ("whatsapp 5551234", "whatsapp ‹contact›"),
    ("telegram: lilybrown", "telegram: ‹contact›"),
    ("Telegram @lilybrown", "Telegram ‹person›"),
    ("tg：lily_brown", "tg：‹contact›"),
    ("tg lily88", "tg ‹contact›"),
    ("signal: lily.88", "signal: ‹contact›"),
    ("Line: lily88", "Line: ‹contact›"),
    ("LINE ID：lilybrown", "LINE ID：‹contact›"),
    ("line id lily_88", "line id ‹contact›"),
    ("my line is lily_88", "my line is ‹contact›"),
    ("카톡: minji", "카톡: ‹contact›"),
    ("카톡 minji88", "카톡 ‹contact›"),
    ("kakao: minji", "kakao: ‹contact›"),
    ("인스타 minji_88", "인스타 ‹contact›"),
    ("インスタ：yuki_88", "インスタ：‹contact›"),
    ("discord lily#1234", "discord ‹contact›"),
    ("Discord: lily#1234", "Discord: ‹contact›"),
    ("lily#1234", "‹contact›"),
    ("Instagram: lily.brown", "Instagram: ‹contact›"),
    ("instagram lily_brown", "instagram ‹contact›"),
    ("my ins: lily_brown", "my ins: ‹contact›"),
    ("ins：lily.brown", "ins：‹contact›"),
    ("ins号lily88", "ins号‹contact›"),
    ("IG: lilybrown", "IG: ‹contact›"),
    ("IG lily_brown", "IG ‹contact›"),
    ("Snap: lily_88", "Snap: ‹contact›"),
    ("snapchat - lilyb88", "snapchat - ‹contact›"),
    ("Twitter: lilybrown", "Twitter: ‹contact›"),
    ("X: lily_brown", "X: ‹contact›"),
    ("TikTok: lilybrown", "TikTok: ‹contact›"),
    ("tik tok lily_brown", "tik tok ‹contact›"),
    ("Facebook: lilybrown", "Facebook: ‹contact›"),
    ("fb：lilybrown", "fb：‹contact›"),
    ("YouTube: lilybrown", "YouTube: ‹contact›"),
    ("email: lilybrown at gmail", "email: ‹contact› at gmail"),
    ("mail：lilybrown", "mail：‹contact›"),
    ("微信👉xiaoming", "微信👉‹contact›"),
    ("wechat:lilybrown/ins:lily_b", "wechat:‹contact›/ins:‹contact›"),
    ("手机号 555 1234", "手机号 ‹number›"),
    ("call me at 555-1234", "call me at ‹number›"),
    ("📞 555-1234", "📞 ‹number›"),
    ("@lily@mastodon.example", "‹address›"),
    ("my id is lily_88", "my id is ‹contact›"),
    ("ID：xiaoming", "ID：‹contact›"),
    ("lily.brown at gmail.com", "‹address›"),
    ("lily.brown#gmail.com", "‹address›"),
    ("lily.brown艾特gmail点com", "‹address›"),
    ("xhslink com/a/AbC12", "‹link›"),
    ("lilybrown.shop", "‹link›"),
    ("linktr.ee", "‹link›"),
    ("lily.bsky.social", "‹link›"),
    ("１３８ １２３４ ５６７８", "‹number›"),
    ("１３８-１２３４-５６７８", "‹number›"),
    ("138–1234–5678", "‹number›"),
    ("138‑1234‑5678", "‹number›"),
    ("138_1234_5678", "‹number›"),
    ("138/1234/5678", "‹number›"),
    ("138，1234，5678", "‹number›"),
    ("+86 138 1234 5678", "‹number›"),
    ("0086 138 1234 5678", "‹number›"),
    ("0086-13812345678", "‹number›"),
    ("+86 138 1234 5678 138 1234 5678", "‹number›"),
    ("86-138-1234-5678", "‹number›"),
    ("00 44 7911 123456", "‹number›"),
    ("1-555-123-4567", "‹number›"),
    ("07911 123456", "‹number›"),
    ("07911 123 456", "‹number›"),
    ("8 (912) 345-67-89", "8 ‹number›"),
    ("一 三 八 一 二 三 四 五 六 七 八", "‹number›"),
    ("微信（lily8899）", "微信（‹contact›）"),
    ("微信(lily8899)", "微信(‹contact›)"),
    ("微信「lily8899」", "微信「‹contact›」"),
    ("微-信 lily8899", "微-信 ‹contact›"),
    ("卫星：lily8899", "卫星：‹contact›"),
    ("卫星号lily8899", "卫星号‹contact›"),
    ("徽❤：lily8899", "徽❤：‹contact›"),
    ("我的v❤是lily8899", "我的v❤是‹contact›"),
    ("加薇 lily8899", "加薇 ‹contact›"),
    ("vx lilybrown", "vx ‹contact›"),
    ("ＶＸ：ｌｉｌｙ８８", "ＶＸ：‹contact›"),
    ("my wechat id is lilybrown", "my wechat id is ‹contact›"),
    ("my tiktok name is lilybrown", "my tiktok name is ‹contact›"),
    ("我的ins是lilybrown", "我的ins是‹contact›"),
    ("카카오톡 아이디 minjikim", "카카오톡 아이디 ‹contact›"),
    ("카톡ID minjikim", "카톡ID ‹contact›"),
    ("LINE ID yukitan", "LINE ID ‹contact›"),
    ("LINE→yukitan", "LINE→‹contact›"),
    ("my LINE yukitan88", "my LINE ‹contact›"),
    ("snap lilybrown99", "snap ‹contact›"),
    ("抖音号lilybrown", "抖音号‹contact›"),
    ("username: lilybrown", "username: ‹contact›"),
    ("昵称：莉莉布朗", "昵称：‹contact›"),
    ("RedNote: lilybrown", "RedNote: ‹contact›"),
    ("venmo lily-brown-7", "venmo ‹contact›"),
    ("钉钉：lily8899", "钉钉：‹contact›"),
]  # fmt: skip
# Days, times, prices, counts, tags, stickers and the words of a language.
UNTOUCHED = [
    "I moved here on 2025-01-14 at 12:30, see you!", "2025.01.14-2025.01.16", "14/01/2025 20:15", "20250114",
    "20250114-20250116", "2025年1月14日", "01-14", "2023 2024 2025", "2019-2020-2021",
    "10,000 people, 1,000,000 more, 10 000 000 in all", "1.7万 likes, 3亿", "$1,299.99 or ¥9.9, 500-1000元", "50 000 €",
    "100%", "#2025", "#tiktok2025 #happy", "#tiktokrefugee#2025", "#tag[话题]# ok", "[笑哭R] [doge] hello",
    "iPhone 15 Pro 256GB", "3.14159", "24/7, 9-5, 50/50, 1st", "5-4-3-2-1", "1 2 3 4 5 6 7 8 9 10", "12-10 11-9 11-8",
    "一二三四五六七", "6am-9pm", "10:30:15", "90210", "123456", "WeChat is great", "I use WeChat every day",
    "微信很好用",
    "用微信支付", "微信和QQ都可以", "QQ音乐", "Instagram vs YouTube", "my WeChat is broken", "the line is long",
    "Line: the best",
    "online: yes", "signal: strong", "no signal here", "snap: it broke", "ins and outs", "ins: outs",
    "insider-expertise", "insider_knowledge 2", "insider.knowledge", "lineidea-of-it", "X: the app",
    "x is 3", "the discord between us", "Vitamin C", "v. good", "TG I am here", "We mail letters",
    "Facebook and TikTok are the same", "抖音难民都来了", "小红书欢迎你", "小红书的朋友", "email is old",
    "Reply to everyone",
    "I wanted to reply to this: yes", "回复你们", "回复一下", "and/or, he/she, km/h", "e.g. this i.e. that",
    "etc. And so on...", "Hello.How are you", "Node.js", "Mr.Smith", "v2.0.1", "U.S.A.", "3.5kg",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "hahahahaha", "哈哈哈哈哈哈", "lunch @ noon", "5 @ $3",
    "look at the dot on the map", "the dot com bubble", "meet me at home", "ratio 16:9", "1+1=2", "6.7.8", "C3PO",
    "你好 hello 안녕 こんにちは ¡hola!", "a: b", "note: this", "PS: hi", "1️⃣ first 2️⃣ second", "① 一 ② 二",
    "🤣🤣🤣", "",
    "手机 500-1000元", "call me maybe", "look at gmail", "I love it.me too", "RedNote 2nd day, RedNote 101", "line 2",
    "RedNote: everyone is here", "人造卫星很亮", "snap it", "2019–2020–2021", "00:15, 007", "000 followers",
    "100–200", "1-2-3", "一 二 三 四 五 六 七 八 九 十", "他昵称很好听", "ＡＢＣ", "微 微 一笑",
    "our ins team, our line", "1/2/2025", "the user name is long", "13,000,000,000",
    "TikTok: everyone is here", "TikTok: the new home", "WhatsApp and Signal",
]  # fmt: skip
# A text, the names that it mentions, and what is left.
NAMED = [
    ("@李 雷 你好", "李 雷", "‹person› 你好"),
    ("hi @Lily Brown!", "Lily Brown", "hi ‹person›!"),
    ("@ Lily Brown hi", "Lily Brown", "‹person› hi"),
    ("Lily Brown said so, said Lily", "Lily\nLily Brown", "‹person› said so, said ‹person›"),
    ("Also Al, hi Al", "Al", "Also ‹person›, hi ‹person›"),
    ("谢谢Bob你", "Bob", "谢谢‹person›你"),
    ("小明来了", "小明", "‹person›来了"),
    ("a.b(c)* d", "a.b(c)*", "‹person› d"),
    ("@a is a letter", "a", "‹person› is a letter"),
    ("‹person› is a person", "person", "‹person› is a ‹person›"),
    ("nobody", "Lily\n\n", "nobody"),
    ("https://lily.example/lily/token", "lily", "‹link›"),
    ("Lily, 微信：lily_88", "Lily", "‹person›, 微信：‹contact›"),
]


@pytest.fixture(scope="module")
def db():
    with connected() as db:
        masking.define(db, KEY)
        yield db


@pytest.fixture(scope="module")
def mask(db):
    """Masks many texts in one query, as an import does: the rules take longer to be read than to be used."""

    def many(texts: list[str], names: list[str | None] | None = None) -> list[str]:
        rows = [texts, names or [None] * len(texts)]
        query = "SELECT masked_text(text, names) FROM (SELECT unnest(?) AS text, unnest(?::VARCHAR[]) AS names)"
        return [text for (text,) in db.execute(query, rows).fetchall()]

    return many


@pytest.fixture(scope="module")
def left(mask):
    texts = [text for text, _ in MASKED] + UNTOUCHED
    return dict(zip(texts, mask(texts), strict=True))


@pytest.mark.parametrize(("text", "expected"), MASKED, ids=[text for text, _ in MASKED])
def test_what_leads_to_a_person_is_taken_out(left, text, expected):
    assert left[text] == expected


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_leads_to_nobody_stays(left, text):
    assert left[text] == text


@pytest.mark.parametrize(("text", "names", "expected"), NAMED)
def test_the_names_that_a_record_lists_are_taken_out_of_its_text(mask, text, names, expected):
    assert mask([text], [names]) == [expected]


def test_a_text_with_several_traces_loses_all_of_them(mask):
    text = "@lily 加微信abc_1，电话138 0013 8000 或 lily@qq.com https://a.example/u/5 #笑[话题]# [笑哭R] 2025-01-14"
    masked = "‹person› 加微信‹contact›，电话‹number› 或 ‹address› ‹link› #笑[话题]# [笑哭R] 2025-01-14"
    assert mask([text]) == [masked]


def test_a_missing_text_stays_missing(db):
    assert db.execute("SELECT masked_text(NULL, 'Lily'), masked_text(NULL, NULL)").fetchone() == (None, None)


def test_masking_what_is_masked_changes_nothing(mask, left):
    once = list(left.values())
    assert mask(once) == once


def test_no_look_for_traces_is_too_large_for_the_quick_search(db):
    words = "so glad to meet all of you here " * 10
    db.execute(f"CREATE TEMP TABLE texts AS SELECT '{words}' || i AS text FROM range(4000) found(i)")

    def seconds(look: str) -> float:
        started = time.process_time()
        db.execute(f"SELECT count({look}) FROM texts").fetchall()
        return time.process_time() - started

    # The engine says nothing when it takes to the slow search, which takes hundreds of times as long.
    assert seconds("masked_text(text, NULL)") < 60 * seconds("regexp_matches(text, '[0-9]{9}')")


PIECES = st.sampled_from(
    [*" \n.:：@＠#-_,/()[]‹›", "a", "Lily", "小明", "微信", "vx", "ins", "line", "is", "是", "TikTok", "com", "www.", "https://",
     "138", "0013", "8000", "20250114", "12345", "lily_88", "回复 ", "Reply to ", "‹person›", "‹link›", " at ", " dot "]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=40, max_size=40))
def test_masking_twice_is_masking_once(mask, texts):
    once = mask(texts, ["Lily\n小明"] * len(texts))
    assert mask(once, ["Lily\n小明"] * len(texts)) == once


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=20))
def test_the_keyed_digest_is_the_one_of_the_standard(db, messages):
    told = db.execute("SELECT keyed_digest(unnest(?::VARCHAR[]))", [messages]).fetchall()
    assert [digest for (digest,) in told] == [hmac.new(KEY, each.encode(), sha256).hexdigest() for each in messages]


@pytest.mark.parametrize(
    ("account", "name", "message"),
    [("5f1c", "Lily", "id:5f1c"), ("5f1c", None, "id:5f1c"), (None, "Lily", "name:Lily"), ("", "Lily", "name:Lily")],
)
def test_an_account_gets_a_pseudonym_by_its_identifier_and_else_by_its_name(db, account, name, message):
    expected = "a" + hmac.new(KEY, message.encode(), sha256).hexdigest()[:16]
    assert db.execute("SELECT pseudonym(?, ?)", [account, name]).fetchone() == (expected,)


def test_nobody_gets_no_pseudonym(db):
    assert db.execute("SELECT pseudonym(NULL, NULL), pseudonym('', '')").fetchone() == (None, None)


def test_another_key_gives_another_pseudonym(db):
    with connected() as other:
        masking.define(other, KEY[::-1])
        theirs = other.execute("SELECT pseudonym('5f1c', NULL)").fetchone()
    assert theirs != db.execute("SELECT pseudonym('5f1c', NULL)").fetchone()


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "private" / "key"
    key = masking.make_key(path)
    assert len(key) == 32
    assert masking.make_key(path) == masking.read_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_studies_get_two_keys(tmp_path):
    assert masking.make_key(tmp_path / "one") != masking.make_key(tmp_path / "two")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "data/mine/private/key: the study's key is not there. Put back the copy that you kept"),
        ("", "data/mine/private/key: found 0 digits, expected 64."),
        ("abcd", "data/mine/private/key: found 4 digits, expected 64."),
        ("not a key", "data/mine/private/key: not a key; expected 64 hexadecimal digits."),
        ("é", "data/mine/private/key: not a key; expected 64 hexadecimal digits."),
    ],
)
def test_a_key_that_is_none_is_told(tmp_path, content, message):
    path = tmp_path / "data/mine/private/key"
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        masking.read_key(path)
