#!/usr/bin/env python3
"""python3 verify_draw.py BUNDLE …  checks bundles of draws, offline, by docs/formats/draw-bundle.md alone.
One line for each: `ok`, or the first check that fails. Ends with 0 when all are good, else with 3."""
import hashlib, json, os, re, sys
from datetime import date, timedelta
from itertools import accumulate
if "sm3" not in hashlib.algorithms_available: from sm3 import sm3
SCORE_BYTES = 32  # a test compares fewer, to have ties
FILES = "README.md SHA256SUMS entropy.json list.txt receipts.txt result.json result.txt rules.json sealed.json".split()
DAY, CLOCK = "20[0-9]{2}-[0-9]{2}-[0-9]{2}", "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{6}"
NUMBER, ID, HEX, TIME = "(?:0|[1-9][0-9]{0,19})", "[0-9a-f]{32}", "[0-9a-f]{64}", f"{DAY}T{CLOCK}[+]08:00"
TOKENS = {"<n>": NUMBER, "<p>": "[1-9][0-9]{,18}", "<hex>": f'"{HEX}"', "<day>": f'"{DAY}"', "<time>": f'"{TIME}"',
          "<clock>": f'"{CLOCK}"', "<digits>": '"[0-9]{6,1024}"', "<flag>": "(true|false)", "<": "(?:",
          "<text>": '"[^\0-\x1f\x7f"\\\\\u2028\u2029]+"', "<ascii>": r'"[ !#-\[\]-~]{1,1024}"', ">": "(?:, )?)*"}
PAGES = {"batch rules": '{"format": "fiscus-draw-1", "kind": "batch", "algorithm": "hash-rank-v1SM3", "programme": '
         '<p>, "batch": <p>, "title": <text>, "tiers": [<{"tier": <p>, "count": <p>, "amount_fen": <p>}>], "reserves": '
         '<n>, "commitment": <hex>, "digits_source": <text>, "digits_at": <time>, "public_value_source": <text>, '
         '"public_value_at": <time>}',
         "day rules": '{"format": "fiscus-draw-1", "kind": "day", "algorithm": "instant-v1SM3", "programme": <p>, '
         '"title": <text>, "first_day": <day>, "days": <p>, "chain_head": <hex>, "public_value_source": <text>, '
         '"wins_max": <n>, "tiers": [<{"tier": <p>, "pack": <text>, "chance": "<n>", "moves_on": <flag>, "amounts": '
         '[<{"amount_fen": <p>, "weight": "<p>"}>], "releases": [<{"at": <clock>, "count": <n>}>]}>]}',
         "sealed": '{"rules_sha256": <hex>, DAY"sealed_at": <time>, "count": <n>, "root": <hex>, "list_sha256": <hex>, '
         '"list_sm3": <hex>}',
         "entropy": '{"sealed_sha256": <hex>, "opened_at": <time>, OPENED, "public_value": <ascii>}',
         "batch": '"secret": <hex>, "digits": <digits>', "day": '"key": <hex>, "public_value_day": <day>'}

def need(right, check, text="not as the format says"):
    if not right: raise ValueError(f"{check}: {text}")
def digest(name, data):
    return hashlib.new(name, data).digest() if name in hashlib.algorithms_available else sm3(data)

def mac(name, key, data):  # RFC 2104; every key here has 32 bytes
    pad = lambda byte: bytes(b ^ byte for b in key.ljust(64, b"\0"))
    return digest(name, pad(0x5C) + digest(name, pad(0x36) + data))

def tree(name, lines):  # RFC 6962: all levels; the odd last node of one moves up as it is
    levels = [[digest(name, b"\0" + line.encode()) for line in lines] or [digest(name, b"")]]
    while len(levels[-1]) > 1:
        pairs = [levels[-1][i:i + 2] for i in range(0, len(levels[-1]), 2)]
        levels.append([digest(name, b"\1" + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs])
    return levels

def dump(value): return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
def page(check, data, form):
    value, days = json.loads(data.decode()), re.findall('(?:day|_at)": "(....-..-..)', data.decode())
    form = re.sub("<[a-z]+>|[<>]", lambda token: TOKENS[token[0]], re.escape(form))
    need(dump(value) == data and all(map(date.fromisoformat, days)), check)
    return need(re.fullmatch(form, json.dumps(value, ensure_ascii=False)), check) or value

def joined(*parts):  # (number, bytes it takes), text with its length before it, bytes as they are
    return b"".join(p[0].to_bytes(p[1], "big") if type(p) is tuple else
                    len(p).to_bytes(2, "big") + p.encode() if type(p) is str else p for p in parts)

def draw_batch(rules, name, lines, sealed, entropy):  # result lines, prizes, positions, figures
    seed = mac(name, bytes.fromhex(entropy["secret"]), joined(
        b"draw-v1", (rules["programme"], 4), (rules["batch"], 4), bytes.fromhex(sealed["root"]), (len(lines), 8),
        entropy["digits"], entropy["public_value"]))
    order = sorted((mac(name, seed, bytes.fromhex(line[:32]))[:SCORE_BYTES], i) for i, line in enumerate(lines))
    slots = [(t["tier"], t["amount_fen"], t["count"]) for t in rules["tiers"]] + [("reserve", 0, rules["reserves"])]
    prizes, seen, out, won, places = ((t, fen) for t, fen, count in slots for _ in range(count)), set(), [], [], []
    for score, i in order:
        if lines[i][33:] in seen: continue
        if (prize := next(prizes, None)) is None: break
        seen.add(lines[i][33:]), places.append(i), won.extend([prize] * (prize[0] != "reserve"))
        out.append(f"{len(places)} {prize[0]} {prize[1]} {lines[i]} {score.hex()}")
    return out, won, places, {"seed": seed.hex()}, {"awarded": len(won)}, {"reserves": len(out) - len(won)}

def draw_day(rules, name, lines, sealed, entropy):
    block = lambda *parts: int.from_bytes(mac(name, bytes.fromhex(entropy["key"]), joined(*parts))[:8], "big")
    out, won, places, given, winners = [], [], [], [0] * len(rules["tiers"]), set()
    counts = dict.fromkeys(["lost", "won", "won_today", "cap_reached", "stock_out"], 0)
    for i, (time, platform, consumer, wins) in enumerate(line.split(" ") for line in lines):
        m = joined((rules["programme"], 4), (int(platform), 2), bytes.fromhex(consumer), sealed["day"].encode(),
                   entropy["public_value"])
        u, ends = block(b"instant-v1", m), accumulate(int(t["chance"]) for t in rules["tiers"])
        tier, fen = next((n for n, end in enumerate(ends, 1) if u < end), 0), 0
        outcome = "lost" if not tier else "won_today" if consumer in winners else (
            "cap_reached" if 0 < rules["wins_max"] <= int(wins) else "stock_out")
        for t in rules["tiers"][tier - 1:] if outcome == "stock_out" else []:
            if given[t["tier"] - 1] < sum(r["count"] for r in t["releases"] if r["at"] <= time[11:26]):
                tier, outcome, n, total = t["tier"], "won", 1, sum(int(a["weight"]) for a in t["amounts"])
                while (v := block(b"amount-v1", m, (n, 4)) * total) % 2**64 < 2**64 % total: n += 1
                ends = accumulate(int(a["weight"]) for a in t["amounts"])
                fen = next(a["amount_fen"] for a, end in zip(t["amounts"], ends) if v >> 64 < end)
                given[tier - 1] += 1
                winners.add(consumer), won.append((tier, fen)), places.append(i)
            if outcome == "won" or not t["moves_on"]: break
        counts[outcome] += 1
        out.append(f"{i + 1} {platform} {consumer} {outcome} {tier} {fen} {u:016x}")
    return out, won, places, {}, counts, {}

def verify(folder):
    need(sorted(os.listdir(folder)) == FILES, "files", "not the nine of a bundle")
    data = {name: open(f"{folder}/{name}", "rb").read(2**(30 if name.endswith("txt") else 16) + 1) for name in FILES}
    need(all(len(data[name]) <= 2**(30 if name.endswith("txt") else 16) for name in FILES), "files", "one is too large")
    sha = {name: hashlib.sha256(data[name]).hexdigest() for name in FILES}
    same = lambda check, name, lines: need(data[name] == "".join(f"{line}\n" for line in lines).encode(), check, name)
    same("manifest", "SHA256SUMS", [f"{sha[name]}  {name}" for name in FILES if name != "SHA256SUMS"])
    kind = "batch" if b'"kind": "batch"' in data["rules.json"] else "day"
    name = "sm3" if b'-v1-sm3"' in data["rules.json"] else "sha256"
    rules = page("rules", data["rules.json"], PAGES[kind + " rules"].replace("SM3", "-sm3" * (name == "sm3")))
    need(rules["tiers"] and all(t["tier"] == n for n, t in enumerate(rules["tiers"], 1)), "rules", "tiers")
    *lines, rest = data["list.txt"].decode().split("\n")
    form = f"{ID} {ID}" if kind == "batch" else f"{TIME} [1-9][0-9]* {ID} {NUMBER}"
    need(rest == "" and all(re.fullmatch(form, line) for line in lines), "list")
    days, pairs = {line[:10] for line in lines}, zip(lines, lines[1:])
    need(all(map(date.fromisoformat, days)) if kind == "day" else all(a[:32] < b[:32] for a, b in pairs), "list")
    sealed = page("sealed", data["sealed.json"], PAGES["sealed"].replace("DAY", '"day": <day>, ' * (kind == "day")))
    need(sealed["rules_sha256"] == sha["rules.json"], "sealed", "under other rules")
    if kind == "day":
        day, parts = date.fromisoformat(sealed["day"]), [line.split(" ") for line in lines]
        number = (day - date.fromisoformat(rules["first_day"])).days + 1
        need(1 <= number <= rules["days"] and all(p[0][:10] == sealed["day"] for p in parts), "sealed", "another day")
        asked, wins, who = ({tuple(p[i:j]) for p in parts} for i, j in ((1, 3), (2, 4), (2, 3)))
        need(len(asked) == len(lines) and len(wins) == len(who), "sealed", "a second chance, or other earlier wins")
    need(sealed["count"] == len(lines), "count", "the list was edited after it was sealed")
    hashes = sha["list.txt"], digest("sm3", data["list.txt"]).hex()
    need((sealed["list_sha256"], sealed["list_sm3"]) == hashes, "hashes", "the list was edited after it was sealed")
    levels = tree(name, lines)
    need(sealed["root"] == levels[-1][0].hex(), "root", "the list was edited after it was sealed")
    entropy = page("entropy", data["entropy.json"], PAGES["entropy"].replace("OPENED", PAGES[kind]))
    need(entropy["sealed_sha256"] == sha["sealed.json"], "entropy", "of another sealed list")
    if kind == "batch":
        named = [rules["digits_at"], rules["public_value_at"]]
        need(sealed["sealed_at"] < min(named) and max(named) <= entropy["opened_at"], "times", "entropy before sealing")
        opened = joined(b"commit-v1", (rules["programme"], 4), (rules["batch"], 4), bytes.fromhex(entropy["secret"]))
        need(digest(name, opened).hex() == rules["commitment"], "secret", "is not the committed one")
    else:
        need(sealed["day"] < sealed["sealed_at"][:10] and sealed["sealed_at"] <= entropy["opened_at"] and
             date.fromisoformat(entropy["public_value_day"]) == day - timedelta(1), "times")
        key = bytes.fromhex(entropy["key"])
        for _ in range(number): key = digest(name, key)
        need(key.hex() == rules["chain_head"], "secret", "the key is not that of the day")
    out, won, places, *more = (draw_batch if kind == "batch" else draw_day)(rules, name, lines, sealed, entropy)
    same("result", "result.txt", out)
    tiers = [{"tier": t["tier"], "awarded": sum(w[0] == t["tier"] for w in won), "awarded_fen": sum(
        w[1] for w in won if w[0] == t["tier"])} for t in rules["tiers"]]
    figures = {"entropy_sha256": sha["entropy.json"], **more[0], "root": tree(name, out)[-1][0].hex(), **more[1],
               "awarded_fen": sum(w[1] for w in won), **more[2], "tiers": tiers}
    need(data["result.json"] == dump(figures), "figures")
    same("receipts", "receipts.txt", [" ".join([f"{i} {lines[i]}"] + [
        level[i >> k ^ 1].hex() for k, level in enumerate(levels) if i >> k ^ 1 < len(level)]) for i in places])

if __name__ == "__main__":
    good = bool(sys.argv[1:]) or sys.exit(__doc__)
    for bundle in sys.argv[1:]:
        try: verify(bundle), print(f"{bundle}: ok")
        except (ValueError, OSError, OverflowError, RecursionError) as error: good = print(f"{bundle}: {error}")
    sys.exit(0 if good else 3)
