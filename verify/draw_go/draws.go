package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"sort"
	"strconv"
	"strings"
)

// How many bytes of a score are compared; a test compares fewer, to have ties.
var scoreBytes = 32

// What follows from rules, list and entropy.
type outcome struct {
	lines   []string // of result.txt
	figures any      // result.json
	places  []int    // lines of the list that get a receipt
}

func (h hash) drawBatch(r *batchRules, lines []string, s *sealed, e *entropy, figures batchResult) outcome {
	secret, _ := hex.DecodeString(e.Secret)
	seed := h.mac(secret, message("draw-v1").u32(r.Programme).u32(r.Batch).hexadecimal(s.Root).
		u64(uint64(len(lines))).text(e.Digits).text(e.PublicValue))
	scores, order := make([]string, len(lines)), make([]int, len(lines))
	for i, line := range lines {
		score := h.mac(seed[:], message(nil).hexadecimal(line[:32]))
		scores[i], order[i] = string(score[:scoreBytes]), i
	}
	// The list ascends by ticket, so a stable sort settles equal scores.
	sort.SliceStable(order, func(a, b int) bool { return scores[order[a]] < scores[order[b]] })
	var out outcome
	placed := map[string]bool{}
	fill := func(word string, amountFen uint64, count uint64) (filled uint64) {
		for filled < count && len(order) > 0 {
			i := order[0]
			order = order[1:]
			if consumer := lines[i][33:]; !placed[consumer] {
				placed[consumer] = true
				out.places = append(out.places, i)
				out.lines = append(out.lines,
					fmt.Sprintf("%d %s %d %s %x", len(out.places), word, amountFen, lines[i], scores[i]))
				filled++
			}
		}
		return filled
	}
	for _, tier := range r.Tiers {
		awarded := fill(strconv.Itoa(tier.Tier), tier.AmountFen, tier.Count)
		figures.Tiers = append(figures.Tiers, tierFigures{tier.Tier, awarded, awarded * tier.AmountFen})
		figures.Awarded += awarded
		figures.AwardedFen += awarded * tier.AmountFen
	}
	figures.Reserves = fill("reserve", 0, r.Reserves)
	figures.Seed, figures.Root = hexOf(seed), hexOf(h.root(out.lines))
	out.figures = figures
	return out
}

// A day of instant draws, as its log decided it.
type dayDraw struct {
	hash
	rules   *dayRules
	key     []byte
	day     string
	value   string
	given   []uint64
	winners map[string]bool
}

func (d *dayDraw) block(m message) uint64 {
	digest := d.mac(d.key, m)
	return binary.BigEndian.Uint64(digest[:8])
}

func (d *dayDraw) message(label string, platform uint16, consumer string) message {
	return message(label).u32(d.rules.Programme).u16(platform).hexadecimal(consumer).raw([]byte(d.day)).text(d.value)
}

// Uniform over the weights: blocks below 2^64 mod W are passed over.
func (d *dayDraw) amount(tier *dayTier, platform uint16, consumer string) uint64 {
	passedOver := -tier.weights % tier.weights
	for n := uint32(1); ; n++ {
		point, low := bits.Mul64(d.block(d.message("amount-v1", platform, consumer).u32(n)), tier.weights)
		if low < passedOver {
			continue
		}
		for _, one := range tier.Amounts {
			if point < one.weight {
				return one.AmountFen
			}
			point -= one.weight
		}
	}
}

// Outcome, tier from 1 on (0: lost), amount, u.
func (d *dayDraw) decide(at string, platform uint16, consumer string, wins uint64) (string, int, uint64, uint64) {
	u := d.block(d.message("instant-v1", platform, consumer))
	drawn, rest := 0, u
	for drawn < len(d.rules.Tiers) && rest >= d.rules.Tiers[drawn].chance {
		rest -= d.rules.Tiers[drawn].chance
		drawn++
	}
	switch {
	case drawn == len(d.rules.Tiers):
		return "lost", 0, 0, u
	case d.winners[consumer]:
		return "won_today", drawn + 1, 0, u
	case d.rules.WinsMax > 0 && wins >= uint64(d.rules.WinsMax):
		return "cap_reached", drawn + 1, 0, u
	}
	for i := drawn; i < len(d.rules.Tiers); i++ {
		tier, released := &d.rules.Tiers[i], uint64(0)
		for _, one := range tier.Releases {
			if one.At <= at {
				released += one.Count
			}
		}
		if d.given[i] < released {
			d.given[i]++
			d.winners[consumer] = true
			return "won", i + 1, d.amount(tier, platform, consumer), u
		}
		if !tier.MovesOn {
			break
		}
	}
	return "stock_out", drawn + 1, 0, u
}

func (h hash) drawDay(r *dayRules, lines []string, s *sealed, e *entropy, figures dayResult) outcome {
	key, _ := hex.DecodeString(e.Key)
	d := dayDraw{h, r, key, s.Day, e.PublicValue, make([]uint64, len(r.Tiers)), map[string]bool{}}
	counts := map[string]uint64{}
	for _, tier := range r.Tiers {
		figures.Tiers = append(figures.Tiers, tierFigures{Tier: tier.Tier})
	}
	var out outcome
	for i, line := range lines {
		words := strings.Split(line, " ")
		platform, _ := strconv.ParseUint(words[1], 10, 16)
		wins, _ := strconv.ParseUint(words[3], 10, 32)
		word, tier, amountFen, u := d.decide(words[0][11:26], uint16(platform), words[2], wins)
		counts[word]++
		if word == "won" {
			figures.Tiers[tier-1].Awarded++
			figures.Tiers[tier-1].AwardedFen += amountFen
			figures.AwardedFen += amountFen
			out.places = append(out.places, i)
		}
		out.lines = append(out.lines,
			fmt.Sprintf("%d %s %s %s %d %d %016x", i+1, words[1], words[2], word, tier, amountFen, u))
	}
	figures.Root = hexOf(h.root(out.lines))
	figures.Lost, figures.Won, figures.WonToday = counts["lost"], counts["won"], counts["won_today"]
	figures.CapReached, figures.StockOut = counts["cap_reached"], counts["stock_out"]
	out.figures = figures
	return out
}
