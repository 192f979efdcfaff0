#include "bench/load/catalogue.h"

namespace fiscus::load {
namespace {

// 105 districts of Hubei and 15 neighbours of Henan, Hunan, Jiangxi and Anhui.
constexpr std::array<District, district_count> district_table{{
    {420102, "江岸区", "武汉市"},
    {420103, "江汉区", "武汉市"},
    {420104, "硚口区", "武汉市"},
    {420105, "汉阳区", "武汉市"},
    {420106, "武昌区", "武汉市"},
    {420107, "青山区", "武汉市"},
    {420111, "洪山区", "武汉市"},
    {420112, "东西湖区", "武汉市"},
    {420113, "汉南区", "武汉市"},
    {420114, "蔡甸区", "武汉市"},
    {420115, "江夏区", "武汉市"},
    {420116, "黄陂区", "武汉市"},
    {420117, "新洲区", "武汉市"},
    {420202, "黄石港区", "黄石市"},
    {420203, "西塞山区", "黄石市"},
    {420204, "下陆区", "黄石市"},
    {420205, "铁山区", "黄石市"},
    {420222, "阳新县", "黄石市"},
    {420281, "大冶市", "黄石市"},
    {420302, "茅箭区", "十堰市"},
    {420303, "张湾区", "十堰市"},
    {420304, "郧阳区", "十堰市"},
    {420322, "郧西县", "十堰市"},
    {420323, "竹山县", "十堰市"},
    {420324, "竹溪县", "十堰市"},
    {420325, "房县", "十堰市"},
    {420381, "丹江口市", "十堰市"},
    {420502, "西陵区", "宜昌市"},
    {420503, "伍家岗区", "宜昌市"},
    {420504, "点军区", "宜昌市"},
    {420505, "猇亭区", "宜昌市"},
    {420506, "夷陵区", "宜昌市"},
    {420525, "远安县", "宜昌市"},
    {420526, "兴山县", "宜昌市"},
    {420527, "秭归县", "宜昌市"},
    {420528, "长阳土家族自治县", "宜昌市"},
    {420529, "五峰土家族自治县", "宜昌市"},
    {420581, "宜都市", "宜昌市"},
    {420582, "当阳市", "宜昌市"},
    {420583, "枝江市", "宜昌市"},
    {420602, "襄城区", "襄阳市"},
    {420606, "樊城区", "襄阳市"},
    {420607, "襄州区", "襄阳市"},
    {420624, "南漳县", "襄阳市"},
    {420625, "谷城县", "襄阳市"},
    {420626, "保康县", "襄阳市"},
    {420682, "老河口市", "襄阳市"},
    {420683, "枣阳市", "襄阳市"},
    {420684, "宜城市", "襄阳市"},
    {420702, "梁子湖区", "鄂州市"},
    {420703, "华容区", "鄂州市"},
    {420704, "鄂城区", "鄂州市"},
    {420802, "东宝区", "荆门市"},
    {420804, "掇刀区", "荆门市"},
    {420822, "沙洋县", "荆门市"},
    {420881, "钟祥市", "荆门市"},
    {420882, "京山市", "荆门市"},
    {420902, "孝南区", "孝感市"},
    {420921, "孝昌县", "孝感市"},
    {420922, "大悟县", "孝感市"},
    {420923, "云梦县", "孝感市"},
    {420981, "应城市", "孝感市"},
    {420982, "安陆市", "孝感市"},
    {420984, "汉川市", "孝感市"},
    {421002, "沙市区", "荆州市"},
    {421003, "荆州区", "荆州市"},
    {421022, "公安县", "荆州市"},
    {421024, "江陵县", "荆州市"},
    {421071, "荆州经济技术开发区", "荆州市"},
    {421081, "石首市", "荆州市"},
    {421083, "洪湖市", "荆州市"},
    {421087, "松滋市", "荆州市"},
    {421088, "监利市", "荆州市"},
    {421102, "黄州区", "黄冈市"},
    {421121, "团风县", "黄冈市"},
    {421122, "红安县", "黄冈市"},
    {421123, "罗田县", "黄冈市"},
    {421124, "英山县", "黄冈市"},
    {421125, "浠水县", "黄冈市"},
    {421126, "蕲春县", "黄冈市"},
    {421127, "黄梅县", "黄冈市"},
    {421171, "龙感湖管理区", "黄冈市"},
    {421181, "麻城市", "黄冈市"},
    {421182, "武穴市", "黄冈市"},
    {421202, "咸安区", "咸宁市"},
    {421221, "嘉鱼县", "咸宁市"},
    {421222, "通城县", "咸宁市"},
    {421223, "崇阳县", "咸宁市"},
    {421224, "通山县", "咸宁市"},
    {421281, "赤壁市", "咸宁市"},
    {421303, "曾都区", "随州市"},
    {421321, "随县", "随州市"},
    {421381, "广水市", "随州市"},
    {422801, "恩施市", "恩施土家族苗族自治州"},
    {422802, "利川市", "恩施土家族苗族自治州"},
    {422822, "建始县", "恩施土家族苗族自治州"},
    {422823, "巴东县", "恩施土家族苗族自治州"},
    {422825, "宣恩县", "恩施土家族苗族自治州"},
    {422826, "咸丰县", "恩施土家族苗族自治州"},
    {422827, "来凤县", "恩施土家族苗族自治州"},
    {422828, "鹤峰县", "恩施土家族苗族自治州"},
    {429004, "仙桃市", ""},
    {429005, "潜江市", ""},
    {429006, "天门市", ""},
    {429021, "神农架林区", ""},
    {411502, "浉河区", "信阳市"},
    {411503, "平桥区", "信阳市"},
    {411521, "罗山县", "信阳市"},
    {411523, "新县", "信阳市"},
    {430602, "岳阳楼区", "岳阳市"},
    {430682, "临湘市", "岳阳市"},
    {430626, "平江县", "岳阳市"},
    {430603, "云溪区", "岳阳市"},
    {360403, "浔阳区", "九江市"},
    {360481, "瑞昌市", "九江市"},
    {360402, "濂溪区", "九江市"},
    {360404, "柴桑区", "九江市"},
    {340826, "宿松县", "安庆市"},
    {340825, "太湖县", "安庆市"},
    {340822, "怀宁县", "安庆市"},
}};

constexpr std::array<std::uint32_t, 5> foreign_table{440305, 310101, 320102, 330102, 510104};

constexpr std::array<Category, category_count> category_table{{
    {1, "餐饮"},
    {2, "商超零售"},
    {3, "家电数码"},
    {4, "汽车"},
    {5, "住宿"},
    {6, "体育健身"},
    {7, "文化旅游"},
    {8, "居民服务"},
}};

constexpr std::array<Industry, industry_count> industry_table{{
    {6210, 1, "正餐服务", "酒楼,私房菜馆,土家菜馆,湘鄂饭店"},
    {6220, 1, "快餐服务", "快餐店,牛肉面馆,便当店"},
    {6232, 1, "咖啡馆服务", "咖啡馆,咖啡烘焙坊"},
    {6291, 1, "小吃服务", "热干面馆,豆皮店,生煎包店"},
    {5211, 2, "百货零售", "百货商场,购物中心"},
    {5212, 2, "超级市场零售", "生鲜超市,连锁超市,仓储超市"},
    {5213, 2, "便利店零售", "便利店,社区便利店"},
    {5243, 2, "图书、报刊零售", "书店,新华书店"},
    {5271, 3, "家用视听设备零售", "影音电器行,电视专卖店"},
    {5272, 3, "日用家电零售", "家电广场,电器商行,空调专卖店"},
    {5274, 3, "通信设备零售", "手机专卖店,通讯器材店"},
    {5261, 4, "汽车新车零售", "汽车销售服务店,新能源汽车体验中心"},
    {6110, 5, "旅游饭店", "大酒店,国际酒店,度假酒店"},
    {6121, 5, "经济型连锁酒店", "快捷酒店,连锁酒店"},
    {8921, 6, "体育场馆管理", "游泳馆,羽毛球馆,体育中心"},
    {8930, 6, "健身休闲活动", "健身房,瑜伽馆,攀岩馆"},
    {8760, 7, "电影放映", "影城,国际影城"},
    {7861, 7, "名胜风景区管理", "风景区,古镇景区"},
    {8040, 8, "理发及美容服务", "美发沙龙,理发店"},
    {8051, 8, "洗浴服务", "汤泉会馆,洗浴中心"},
}};

constexpr std::uint8_t any_channel = 0;
constexpr std::uint8_t online = 1;
constexpr std::uint8_t offline = 2;

constexpr std::array<Theme, theme_count> theme_table{{
    {.name = "餐饮消费券",
     .categories = {1, 0, 0},
     .packs = {{{1, "到店餐饮礼包", offline, 1}, {2, "线上餐饮礼包", online, 1}}},
     .denominations = {{{1, 1, 1'500, 5'000}, {2, 1, 3'000, 10'000}, {3, 2, 2'000, 8'000}}},
     .valid_days = 7,
     .redeem_days_after_round = 7,
     .cap_per_consumer_day = 1,
     .cap_per_consumer = 0,
     .stacking_max = 1,
     .restore_on_full_refund = true,
     .shipping_inside_province = false,
     .void_returns_quota = false},
    {.name = "零售消费券",
     .categories = {2, 8, 0},
     .packs = {{{1, "商超礼包", any_channel, 2}, {2, "到店生活礼包", offline, 0}}},
     .denominations = {{{1, 1, 2'000, 10'000}, {2, 1, 5'000, 20'000}, {3, 2, 8'000, 30'000}}},
     .valid_days = 0,
     .redeem_days_after_round = 0,
     .cap_per_consumer_day = 0,
     .cap_per_consumer = 1,
     .stacking_max = 1,
     .restore_on_full_refund = false,
     .shipping_inside_province = false,
     .void_returns_quota = false},
    {.name = "文旅体育消费券",
     .categories = {5, 6, 7},
     .packs = {{{1, "文旅住宿礼包", any_channel, 0}, {2, "体育健身礼包", offline, 6}}},
     .denominations = {{{1, 1, 6'000, 20'000}, {2, 1, 15'000, 50'000}, {3, 2, 2'000, 6'000}}},
     .valid_days = 15,
     .redeem_days_after_round = 0,
     .cap_per_consumer_day = 1,
     .cap_per_consumer = 3,
     .stacking_max = 1,
     .restore_on_full_refund = true,
     .shipping_inside_province = false,
     .void_returns_quota = true},
    {.name = "家电汽车消费券",
     .categories = {3, 4, 0},
     .packs = {{{1, "线上家电礼包", online, 3}, {2, "到店家电汽车礼包", offline, 0}}},
     .denominations = {{{1, 1, 15'000, 100'000}, {2, 2, 30'000, 200'000}, {3, 2, 5'000, 30'000}}},
     .valid_days = 0,
     .redeem_days_after_round = 0,
     .cap_per_consumer_day = 2,
     .cap_per_consumer = 2,
     .stacking_max = 2,
     .restore_on_full_refund = true,
     .shipping_inside_province = true,
     .void_returns_quota = false},
}};

constexpr std::array<std::string_view, platform_count> platform_table{"江城惠购", "楚天生活",
                                                                      "荆楚通", "云上荆楚"};

constexpr std::array<std::string_view, 24> brand_table{
    "江城", "楚味",   "鑫源", "老街",   "汉口", "东湖", "琴台", "归元",
    "长江", "晴川",   "荆楚", "聚福",   "锦绣", "同心", "德润", "华盛",
    "瑞丰", "新世纪", "百姓", "好邻居", "蓝天", "金桥", "三峡", "知音"};

std::string_view pick_from_list(std::string_view list, Random& random) {
    std::uint64_t count = 1;
    for (const char c : list) {
        count += c == ',' ? 1U : 0U;
    }
    for (auto skip = random.below(count); skip > 0; --skip) {
        list.remove_prefix(list.find(',') + 1);
    }
    return list.substr(0, list.find(','));
}

}  // namespace

std::span<const District, district_count> districts() { return district_table; }
std::span<const Industry, industry_count> industries() { return industry_table; }
std::span<const Category, category_count> categories() { return category_table; }
std::span<const Theme, theme_count> themes() { return theme_table; }
std::span<const std::string_view, platform_count> platform_names() { return platform_table; }
std::span<const std::uint32_t> foreign_districts() { return foreign_table; }

std::size_t denomination_of_other_pack(const Theme& theme, std::uint16_t pack) {
    std::size_t index = 0;
    while (theme.denominations[index].pack == pack) {
        ++index;
    }
    return index;
}

std::string merchant_name(const District& district, const Industry& industry, Random& random) {
    std::string name(district.prefecture);
    name += district.name;
    name += brand_table[random.below(brand_table.size())];
    name += pick_from_list(industry.shops, random);
    return name;
}

std::string registered_number(std::uint32_t district, Random& random) {
    static constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static constexpr std::array<unsigned, 17> weights{1,  3,  9,  27, 19, 26, 16, 17, 20,
                                                      29, 25, 13, 8,  24, 10, 30, 28};
    // 9: registered with the market regulator; 1: an enterprise, 2: a sole trader.
    std::string number = random.below(4) == 0 ? "91" : "92";
    number += std::to_string(district);
    while (number.size() < weights.size()) {
        number += alphabet[random.below(alphabet.size())];
    }
    unsigned sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        sum += weights[i] * static_cast<unsigned>(alphabet.find(number[i]));
    }
    number += alphabet[(31 - sum % 31) % 31];
    return number;
}

}  // namespace fiscus::load
