"""The offices, people and institutions of the demo: a city and two counties that do not exist."""

from collections.abc import Iterator
from dataclasses import dataclass

CITY = ("澜川市医疗保险事业中心", "澜医保", "市直")
COUNTIES = (("安澜县医疗保险事业中心", "安医保", "安澜县"), ("河湾县医疗保险事业中心", "河医保", "河湾县"))

# One account for each role and county; the first letters of the county lead the user name.
STAFF = (
    ("clerk", "受理岗", ("clerk",), ("周敏", "邱慧")),
    ("reviewer1", "评审员", ("reviewer",), ("孙立群", "冯建军")),
    ("reviewer2", "评审员", ("reviewer",), ("韩雪", "祝晓燕")),
    ("reviewer3", "评审员", ("reviewer",), ("赵明远", "田广志")),
    ("agreement", "协议岗", ("agreement",), ("李瑞芳", "马秀英")),
    ("manager", "负责人", ("manager",), ("郑国栋", "谢庆林")),
    ("leader", "领导小组成员", ("leader",), ("高永成", "董淑兰")),
)
CITY_STAFF = (
    ("city", "市级复审", ("city",), "宋志强"),
    ("cityclerk", "受理岗", ("clerk",), "陶静"),
    ("cityreviewer", "评审员", ("reviewer",), "贺文博"),
    ("cityreviewer2", "评审员", ("reviewer",), "毕云霞"),
    ("cityagreement", "协议岗", ("agreement",), "尹继红"),
    ("citymanager", "负责人", ("manager",), "梁文静"),
    ("admin", "系统管理员", ("admin",), "吴卫东"),
    ("auditor", "审计员", ("auditor",), "俞正华"),
)
PREFIX = {"安医保": "al", "河医保": "hw"}
DIVISIONS = {"澜医保": "371590", "安医保": "371591", "河医保": "371592"}  # codes never given out
SITES = {"澜医保": "lanchuan", "安医保": "anlan", "河医保": "hewan"}
LEADERS = (
    ("高永成", "主任"),
    ("郑国栋", "副主任"),
    ("李长青", "基金科科长"),
    ("王素梅", "稽核科科长"),
    ("刘克勤", "信息科科长"),
)

TOWNS = {
    "安澜县": (
        "孟桥镇",
        "沙堤镇",
        "双柳镇",
        "白塔镇",
        "西营镇",
        "南关街道",
        "柳泉镇",
        "石桥镇",
        "大尹庄镇",
        "韩集乡",
    ),
    "河湾县": (
        "渡口镇",
        "桑园镇",
        "古城镇",
        "张秋里镇",
        "东关街道",
        "马颊镇",
        "黄屯乡",
        "清凉镇",
        "杨官屯镇",
        "赵寨镇",
    ),
}
CHAINS = {"安澜县": "福安堂大药房连锁有限公司", "河湾县": "鲁仁堂医药连锁有限公司"}
SURNAMES = "许邵丁闫陶孔崔袁曲侯滕庞鲍齐葛温苗靳甄安路柴汤季岳"
DEPARTMENTS = {
    "诊所": "全科医疗科",
    "门诊部": "内科、外科、口腔科、中医科",
    "村卫生室": "全科医疗科",
    "血液透析中心": "肾病学专业、医学检验科",
}
USUAL = "内科、外科、妇产科、儿科、中医科、急诊医学科、医学检验科、医学影像科"
GIVEN = (
    "长河",
    "启明",
    "秀兰",
    "晓东",
    "云峰",
    "传芳",
    "立新",
    "淑贞",
    "庆国",
    "兆华",
    "桂英",
    "克俭",
    "金萍",
    "玉柱",
    "海燕",
)


@dataclass(frozen=True)
class Place:
    """An institution as the demo registers it. chain: the name of the chain whose owner is the same person."""

    name: str
    kind: str
    district: str
    town: str
    category: str
    grade: str = ""
    ownership: str = ""
    is_public: bool = False
    is_for_profit: bool | None = None
    beds: int | None = None
    chain: str = ""
    types: tuple[str, ...] = ("outpatient_pooling", "personal_account")
    features: tuple[str, ...] = ()


def headquarters() -> Iterator[Place]:
    """Yield the headquarters of the chains; their branches hang on them."""
    for _, _, district in COUNTIES:
        name = CHAINS[district]
        yield Place(name, "pharmacy", district, TOWNS[district][5], "总部", chain=name)


def profile(place: Place, n: int) -> dict[str, object]:
    """Return what the book's blanks of the register say of `place`."""
    said: dict[str, object] = {"postcode": "252000", "floor_area": 60 + n * 7 % 240 + (place.beds or 0) * 40}
    if place.kind == "medical":
        return said | {"departments": DEPARTMENTS.get(place.category, USUAL)}
    tcm = "、中药饮片" if "tcm_pieces" in place.features else ""
    return said | {"business_scope": f"化学药制剂、抗生素制剂、生化药品、中成药{tcm}、生物制品（除疫苗）"}


def person_name(n: int) -> str:
    """Return the n-th plausible name."""
    return SURNAMES[n % len(SURNAMES)] + GIVEN[n * 7 % len(GIVEN)]


def places() -> Iterator[Place]:
    """Yield about 120 institutions: per county its hospitals, township hospitals, clinics, pharmacies, a chain."""
    for _, _, district in COUNTIES:
        yield from _hospitals(district)
        yield from _clinics(district)
        yield from _pharmacies(district)
    yield from _municipal()


def _hospitals(district: str) -> Iterator[Place]:
    county, inpatient = district[:2], ("inpatient", "outpatient_pooling")
    public = {"ownership": "国有", "is_public": True, "is_for_profit": False}
    yield Place(f"{district}人民医院", "medical", district, TOWNS[district][5], "综合医院", "二级甲等", beds=600, types=inpatient, features=("large_equipment", "obstetrics", "special_training"), **public)  # fmt: skip
    yield Place(f"{district}中医医院", "medical", district, TOWNS[district][5], "中医医院", "二级甲等", beds=320, types=inpatient, features=("tcm_dispensary",), **public)  # fmt: skip
    yield Place(f"{district}妇幼保健院", "medical", district, TOWNS[district][5], "妇幼保健院", "二级", beds=120, types=inpatient, features=("obstetrics", "special_training", "maternity_insurance"), **public)  # fmt: skip
    for n, town in enumerate(TOWNS[district]):
        title = "社区卫生服务中心" if town.endswith("街道") else ("中心卫生院" if n % 3 == 0 else "卫生院")
        yield Place(f"{district}{town}{title}", "medical", district, town, "卫生院", "一级", beds=40 + n * 6, types=inpatient, **public)  # fmt: skip
    private = {"ownership": "民营", "is_for_profit": True}
    for name, category, beds, features in (
        (f"{county}{TOWNS[district][2][:2]}骨科医院", "专科医院", 99, ("large_equipment",)),
        (f"{county}康宁精神病医院", "专科医院", 120, ()),
        (f"{county}慈康血液透析中心", "血液透析中心", 20, ("dialysis", "special_training")),
        (f"{county}仁安老年护理院", "护理院", 80, ("rehabilitation", "special_training")),
        (f"{county}颐康中西医结合医院", "中西医结合医院", 100, ("tcm_dispensary",)),
    ):
        yield Place(name, "medical", district, TOWNS[district][1], category, "一级", beds=beds, types=inpatient, features=features, **private)  # fmt: skip


def _clinics(district: str) -> Iterator[Place]:
    county = district[:2]
    private = {"ownership": "民营", "is_for_profit": True}
    for n, name in enumerate(
        (
            "惠民中医门诊部",
            "明济眼科门诊部",
            "益和堂中医诊所",
            "安心诊所",
            "博爱口腔门诊部",
            "同德诊所",
            "百草中医诊所",
            "育才诊所",
            "和谐综合门诊部",
            "民生内科诊所",
        )
    ):
        features = ("tcm_dispensary",) if "中医" in name else ("non_basic_service",) if "口腔" in name else ()
        yield Place(f"{county}{name}", "medical", district, TOWNS[district][n % 10], "诊所" if "诊所" in name else "门诊部", features=features, **private)  # fmt: skip
    for n, village in enumerate(
        ("前杨村", "后赵村", "大李村", "小王村", "东孙村", "西刘村", "北陈村", "南周村")
    ):
        town = TOWNS[district][n]
        yield Place(f"{district}{town}{village}卫生室", "medical", district, town, "村卫生室", ownership="集体", is_for_profit=False, types=("personal_account", "outpatient_pooling"))  # fmt: skip


def _pharmacies(district: str) -> Iterator[Place]:
    county, types = district[:2], ("personal_account",)
    for n, name in enumerate(
        (
            "康益民大药房人民路店",
            "福泽堂大药房",
            "济生大药房青年路店",
            "百草堂大药房滨河店",
            "广济药店",
            "同和堂药房",
            "仁心大药房",
            "康福药店",
            "益寿堂药房",
            "惠民大药房",
        )
    ):
        features = ("prescription_drug", "tcm_pieces") if "堂" in name else ("prescription_drug",)
        yield Place(f"{county}{name}", "pharmacy", district, TOWNS[district][n], f"{n % 3 + 1}类", types=types, features=features)  # fmt: skip
    chain = CHAINS[district]
    for n, branch in enumerate(
        (
            "沙堤店",
            "政府街店",
            "车站店",
            "东环店",
            "学府路店",
            "西关店",
            "建设路店",
            "新城店",
            "南门店",
            "北苑店",
        )
    ):
        special = n == 1
        yield Place(f"{chain}{county}{branch}", "pharmacy", district, TOWNS[district][n], "2类", chain=chain, types=("personal_account", "negotiated_drug") if special else types, features=("prescription_drug", *(("tcm_pieces",) if n % 2 else ())))  # fmt: skip


def _municipal() -> Iterator[Place]:
    public = {"ownership": "国有", "is_public": True, "is_for_profit": False}
    for name, beds in (("澜川市人民医院", 1500), ("澜川市中医医院", 800), ("澜川市妇幼保健院", 400)):
        yield Place(name, "medical", "市直", "湖滨街道", "综合医院", "三级甲等", beds=beds, types=("inpatient", "outpatient_pooling"), features=("large_equipment",), **public)  # fmt: skip
    for name in ("澜川湖滨国医堂门诊部", "澜川市直机关门诊部"):
        yield Place(name, "medical", "市直", "湖滨街道", "门诊部", ownership="民营", is_for_profit=True)
    yield Place("澜川康乐大药房湖滨店", "pharmacy", "市直", "湖滨街道", "3类", types=("personal_account",), features=("prescription_drug",))  # fmt: skip
