"""SM3 (GB/T 32905-2016), for a Python whose OpenSSL has none: verify_draw.py takes it from here then."""

def sm3(data):
    turn = lambda x, n: (x << n % 32 | (x & 0xFFFFFFFF) >> 32 - n % 32) & 0xFFFFFFFF
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data += b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "big")
    for i in range(0, len(data), 64):
        w, (a, b, c, d, e, f, g, h) = [int.from_bytes(data[j:j + 4], "big") for j in range(i, i + 64, 4)], v
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        for j in range(64):
            s = turn(turn(a, 12) + e + turn(0x7A879D8A if j > 15 else 0x79CC4519, j) & 0xFFFFFFFF, 7)
            t = (a & b | a & c | b & c if j > 15 else a ^ b ^ c) + d + (s ^ turn(a, 12)) + (w[j] ^ w[j + 4])
            u = (e & f | ~e & g if j > 15 else e ^ f ^ g) + h + s + w[j] & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = t & 0xFFFFFFFF, a, turn(b, 9), c, u ^ turn(u, 9) ^ turn(u, 17), e, turn(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)
