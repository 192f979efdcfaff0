// README.md of a bundle: what lies in it and how anybody checks it, in English and Chinese.
#include <fmt/format.h>

#include "engine/draw/algorithm.h"
#include "engine/draw/make_bundle.h"

namespace fiscus::draw {
namespace {

constexpr std::string_view files_text = R"(
| file 文件 | what 内容 |
|---|---|
| rules.json | the rules, published first, with the commitment · 规则及承诺值，最先公布 |
| list.txt | the list, one entry a line · 名单，每行一条 |
| sealed.json | count, root and hashes of the list when it was sealed · 封存时名单的条数、根和哈希 |
| entropy.json | what was opened afterwards · 封存之后公开的随机来源 |
| result.txt, result.json | the result, line by line, and its sums · 结果明细与合计 |
| receipts.txt | for each winner a proof that the entry was in the sealed list · 中奖条目在封存名单中的证明 |
| SHA256SUMS | SHA-256 of every other file · 其他各文件的 SHA-256 |

)";

constexpr std::string_view check_text = R"(## Check it · 验证

Any one of these, offline; they share no code. 以下任选其一，离线即可，三者互不共用代码。

```
fiscus draw verify THIS_DIRECTORY
python3 verify_draw.py THIS_DIRECTORY
go run . THIS_DIRECTORY           in the folder of the Go program
```

Then compare the commitment, the root and what was opened afterwards with what was announced at the
time: a bundle proves that the result follows from them, not that they are the announced ones.
然后将承诺值、根和封存后公开的各项与当时公布的相比对：本包证明结果由它们推出，不证明它们就是当时公布的。

)";

constexpr std::string_view batch_text = R"(## By hand · 手工验证

H is {0}, ‖ joins bytes, integers are big-endian: u16, u32, u64 have 2, 4, 8 bytes.
H 为 {0}；‖ 表示字节相连；整数为大端序，u16、u32、u64 分别为 2、4、8 字节。

1. root 根: RFC 6962 over the lines of list.txt 对 list.txt 各行. leaf 叶 = H(00 ‖ line 行),
   node 节点 = H(01 ‖ left 左 ‖ right 右).
2. commitment 承诺值 = H("commit-v1" ‖ u32 programme ‖ u32 batch ‖ secret)
3. seed 种子 = HMAC(secret, "draw-v1" ‖ u32 programme ‖ u32 batch ‖ root ‖ u64 count ‖
   u16 length ‖ digits ‖ u16 length ‖ public value)
4. score 得分 = HMAC(seed, the ticket's 16 bytes 票号的 16 字节)
5. Sort by score, lowest first; equal scores by ticket. Walk down: a consumer takes one place. The
   first places are tier 1, then tier 2 and so on, then the reserves.
   按得分从小到大排序，得分相同按票号；依次取，每名消费者只占一个名次；先一等奖，再二等奖，依此类推，最后是候补。
)";

constexpr std::string_view day_text = R"(## By hand · 手工验证

H is {0}, ‖ joins bytes, integers are big-endian: u16, u32 have 2, 4 bytes.
H 为 {0}；‖ 表示字节相连；整数为大端序，u16、u32 分别为 2、4 字节。

1. root 根: RFC 6962 over the lines of list.txt 对 list.txt 各行. leaf 叶 = H(00 ‖ line 行),
   node 节点 = H(01 ‖ left 左 ‖ right 右).
2. key 当日密钥: hashed once for each day from the first day on, it is chain_head.
   按当日是第几天反复取 H，得到 chain_head。
3. M = u32 programme ‖ u16 platform ‖ consumer's 16 bytes ‖ day as 2026-03-01 ‖ u16 length ‖
   public value of the day before 前一日公开值
4. u = first 8 bytes 前 8 字节 of HMAC(key, "instant-v1" ‖ M), a number below 2^64. Tier 1 wins below
   its chance, tier 2 in the interval of its chance after that, and so on.
   u 小于一等的 chance 即中一等，其后长为二等 chance 的区间中二等，依此类推。
5. One win a day, then the cap, then the stock that was released by the time of the request, in the
   order of the list; with moves_on an empty tier hands on to the next.
   依次检查：当日只中一次、活动上限、请求时刻已放出的库存，按名单顺序；moves_on 时转入下一等。
6. amount 金额: v = first 8 bytes of HMAC(key, "amount-v1" ‖ M ‖ u32 n), n = 1, 2 …; W is the sum of
   the weights. The first v with (v × W) mod 2^64 ≥ 2^64 mod W counts; floor(v × W / 2^64) falls
   into the interval of one amount. 第一个满足该不等式的 v 有效，floor(v × W / 2^64) 落入某一金额的权重区间。
)";

std::string_view hash_name(HashKind hash) { return hash == HashKind::sha256 ? "SHA-256" : "SM3"; }

}  // namespace

std::string readme_of(const Rules& rules) {
    const bool is_batch = std::holds_alternative<BatchRules>(rules);
    const std::string& title =
        std::visit([](const auto& one) -> const std::string& { return one.title; }, rules);
    const HashKind hash = hash_of_rules(rules);
    std::string text = fmt::format("# {}\n\n{} · {}\n", title,
                                   is_batch ? "A draw over a sealed list · 封存名单摇号"
                                            : "A day of instant draws · 即时抽奖一日",
                                   algorithm_id(is_batch ? DrawKind::batch : DrawKind::day, hash));
    text += files_text;
    text += check_text;
    text += is_batch ? fmt::format(batch_text, hash_name(hash))
                     : fmt::format(day_text, hash_name(hash));
    return text;
}

}  // namespace fiscus::draw
