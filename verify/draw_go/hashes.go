package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// The hash of an algorithm, and HMAC (RFC 2104) and the tree of RFC 6962 over it.
type hash func(data []byte) [32]byte

func hashOf(sm3Variant bool) hash {
	if sm3Variant {
		return sm3
	}
	return sha256.Sum256
}

func hexOf(digest [32]byte) string { return hex.EncodeToString(digest[:]) }

// Every key of a draw has 32 bytes.
func (h hash) mac(key []byte, message []byte) [32]byte {
	inner, outer := make([]byte, 64, 64+len(message)), make([]byte, 64, 96)
	copy(inner, key)
	copy(outer, key)
	for i := 0; i < 64; i++ {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	inside := h(append(inner, message...))
	return h(append(outer, inside[:]...))
}

// All levels, leaves first; the odd last node of a level moves up as it is.
func (h hash) tree(lines []string) [][][32]byte {
	level := make([][32]byte, len(lines))
	for i, line := range lines {
		level[i] = h(append([]byte{0}, line...))
	}
	if len(level) == 0 {
		level = append(level, h(nil))
	}
	levels := [][][32]byte{level}
	for len(level) > 1 {
		var above [][32]byte
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				above = append(above, level[i])
				break
			}
			node := append([]byte{1}, level[i][:]...)
			above = append(above, h(append(node, level[i+1][:]...)))
		}
		level = above
		levels = append(levels, level)
	}
	return levels
}

func (h hash) root(lines []string) [32]byte {
	levels := h.tree(lines)
	return levels[len(levels)-1][0]
}

// The bytes that are hashed: integers big endian, text with its length in two bytes before it.
type message []byte

func (m message) raw(bytes []byte) message     { return append(m, bytes...) }
func (m message) u16(number uint16) message    { return binary.BigEndian.AppendUint16(m, number) }
func (m message) u32(number uint32) message    { return binary.BigEndian.AppendUint32(m, number) }
func (m message) u64(number uint64) message    { return binary.BigEndian.AppendUint64(m, number) }
func (m message) text(text string) message     { return append(m.u16(uint16(len(text))), text...) }
func (m message) hexadecimal(h string) message { b, _ := hex.DecodeString(h); return m.raw(b) }
