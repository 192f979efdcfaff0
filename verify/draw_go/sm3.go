// SM3 (GB/T 32905-2016): Go's standard library has none.
package main

import (
	"encoding/binary"
	"math/bits"
)

var sm3Start = [8]uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
	0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}

func sm3Block(state *[8]uint32, block []byte) {
	var w [68]uint32
	for i := 0; i < 16; i++ {
		w[i] = binary.BigEndian.Uint32(block[4*i:])
	}
	for i := 16; i < 68; i++ {
		x := w[i-16] ^ w[i-9] ^ bits.RotateLeft32(w[i-3], 15)
		x ^= bits.RotateLeft32(x, 15) ^ bits.RotateLeft32(x, 23)
		w[i] = x ^ bits.RotateLeft32(w[i-13], 7) ^ w[i-6]
	}
	a, b, c, d := state[0], state[1], state[2], state[3]
	e, f, g, h := state[4], state[5], state[6], state[7]
	for i := 0; i < 64; i++ {
		constant, ff, gg := uint32(0x79cc4519), a^b^c, e^f^g
		if i > 15 {
			constant, ff, gg = 0x7a879d8a, a&b|a&c|b&c, e&f|^e&g
		}
		turned := bits.RotateLeft32(a, 12)
		s := bits.RotateLeft32(turned+e+bits.RotateLeft32(constant, i%32), 7)
		t := ff + d + (s ^ turned) + (w[i] ^ w[i+4])
		u := gg + h + s + w[i]
		a, b, c, d = t, a, bits.RotateLeft32(b, 9), c
		e, f, g, h = u^bits.RotateLeft32(u, 9)^bits.RotateLeft32(u, 17), e, bits.RotateLeft32(f, 19), g
	}
	for i, word := range [8]uint32{a, b, c, d, e, f, g, h} {
		state[i] ^= word
	}
}

func sm3(data []byte) [32]byte {
	state := sm3Start
	rest := data
	for ; len(rest) >= 64; rest = rest[64:] {
		sm3Block(&state, rest[:64])
	}
	tail := make([]byte, 64, 128)
	copy(tail, rest)
	tail[len(rest)] = 0x80
	if len(rest) >= 56 {
		tail = tail[:128]
	}
	binary.BigEndian.PutUint64(tail[len(tail)-8:], uint64(len(data))*8)
	for ; len(tail) > 0; tail = tail[64:] {
		sm3Block(&state, tail[:64])
	}
	var out [32]byte
	for i, word := range state {
		binary.BigEndian.PutUint32(out[4*i:], word)
	}
	return out
}
