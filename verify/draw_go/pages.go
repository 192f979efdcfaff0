package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

// Limits of the format.
const (
	placesMax   = 10_000_000
	fenMax      = 100_000_000_000
	tiersMax    = 64
	amountsMax  = 256
	releasesMax = 1_440
	daysMax     = 3_660
	weightsMax  = uint64(1) << 63
)

// The pages, their fields in the order of the format.
type batchRules struct {
	Format            string      `json:"format"`
	Kind              string      `json:"kind"`
	Algorithm         string      `json:"algorithm"`
	Programme         uint32      `json:"programme"`
	Batch             uint32      `json:"batch"`
	Title             string      `json:"title"`
	Tiers             []batchTier `json:"tiers"`
	Reserves          uint64      `json:"reserves"`
	Commitment        string      `json:"commitment"`
	DigitsSource      string      `json:"digits_source"`
	DigitsAt          string      `json:"digits_at"`
	PublicValueSource string      `json:"public_value_source"`
	PublicValueAt     string      `json:"public_value_at"`
}

type batchTier struct {
	Tier      int    `json:"tier"`
	Count     uint64 `json:"count"`
	AmountFen uint64 `json:"amount_fen"`
}

type dayRules struct {
	Format            string    `json:"format"`
	Kind              string    `json:"kind"`
	Algorithm         string    `json:"algorithm"`
	Programme         uint32    `json:"programme"`
	Title             string    `json:"title"`
	FirstDay          string    `json:"first_day"`
	Days              int       `json:"days"`
	ChainHead         string    `json:"chain_head"`
	PublicValueSource string    `json:"public_value_source"`
	WinsMax           uint32    `json:"wins_max"`
	Tiers             []dayTier `json:"tiers"`
}

type dayTier struct {
	Tier     int       `json:"tier"`
	Pack     string    `json:"pack"`
	Chance   string    `json:"chance"`
	MovesOn  bool      `json:"moves_on"`
	Amounts  []amount  `json:"amounts"`
	Releases []release `json:"releases"`

	chance, weights uint64
}

type amount struct {
	AmountFen uint64 `json:"amount_fen"`
	Weight    string `json:"weight"`

	weight uint64
}

type release struct {
	At    string `json:"at"`
	Count uint64 `json:"count"`
}

type sealed struct {
	RulesSha256 string `json:"rules_sha256"`
	Day         string `json:"day,omitempty"`
	SealedAt    string `json:"sealed_at"`
	Count       uint64 `json:"count"`
	Root        string `json:"root"`
	ListSha256  string `json:"list_sha256"`
	ListSm3     string `json:"list_sm3"`
}

type entropy struct {
	SealedSha256   string `json:"sealed_sha256"`
	OpenedAt       string `json:"opened_at"`
	Secret         string `json:"secret,omitempty"`
	Digits         string `json:"digits,omitempty"`
	Key            string `json:"key,omitempty"`
	PublicValueDay string `json:"public_value_day,omitempty"`
	PublicValue    string `json:"public_value"`
}

type tierFigures struct {
	Tier       int    `json:"tier"`
	Awarded    uint64 `json:"awarded"`
	AwardedFen uint64 `json:"awarded_fen"`
}

type batchResult struct {
	EntropySha256 string        `json:"entropy_sha256"`
	Seed          string        `json:"seed"`
	Root          string        `json:"root"`
	Awarded       uint64        `json:"awarded"`
	AwardedFen    uint64        `json:"awarded_fen"`
	Reserves      uint64        `json:"reserves"`
	Tiers         []tierFigures `json:"tiers"`
}

type dayResult struct {
	EntropySha256 string        `json:"entropy_sha256"`
	Root          string        `json:"root"`
	Lost          uint64        `json:"lost"`
	Won           uint64        `json:"won"`
	WonToday      uint64        `json:"won_today"`
	CapReached    uint64        `json:"cap_reached"`
	StockOut      uint64        `json:"stock_out"`
	AwardedFen    uint64        `json:"awarded_fen"`
	Tiers         []tierFigures `json:"tiers"`
}

var (
	hex64  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	digits = regexp.MustCompile(`^[0-9]+$`)
	value  = regexp.MustCompile(`^[ !#-\[\]-~]+$`)
	text   = regexp.MustCompile("^[^\\x00-\\x1f\\x7f\"\\\\\\x{2028}\\x{2029}]+$")
	clock  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}$`)
	number = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
)

// The one text that a page has.
func pageText(page any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if encoder.Encode(page) != nil {
		return nil
	}
	return out.Bytes()
}

// A page is right when it can be read, written again to the same bytes, and keeps its rules.
func readPage(check string, data []byte, page any, right func() bool) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(page); err != nil {
		return fmt.Errorf("%s: %v", check, err)
	}
	if !utf8.Valid(data) || !bytes.Equal(pageText(page), data) || !right() {
		return fmt.Errorf("%s: not as the format says", check)
	}
	return nil
}

func isDay(day string) bool {
	_, err := time.Parse("2006-01-02", day)
	return err == nil && len(day) == 10 && day[:2] == "20"
}

func isTime(at string) bool {
	return len(at) == 32 && isDay(at[:10]) && at[10] == 'T' && clock.MatchString(at[11:26]) && at[26:] == "+08:00"
}

func isHex(all ...string) bool {
	for _, one := range all {
		if !hex64.MatchString(one) {
			return false
		}
	}
	return true
}

func isText(all ...string) bool {
	for _, one := range all {
		if !text.MatchString(one) {
			return false
		}
	}
	return true
}

func large(written string) (uint64, bool) {
	parsed, err := strconv.ParseUint(written, 10, 64)
	return parsed, err == nil && number.MatchString(written)
}

func (r *batchRules) right() bool {
	places := r.Reserves
	for i, tier := range r.Tiers {
		if tier.Tier != i+1 || tier.Count < 1 || tier.Count > placesMax || tier.AmountFen < 1 || tier.AmountFen > fenMax {
			return false
		}
		places += tier.Count
	}
	return r.Format == "fiscus-draw-1" && r.Kind == "batch" && r.Programme > 0 && r.Batch > 0 &&
		len(r.Tiers) > 0 && len(r.Tiers) <= tiersMax && r.Reserves <= placesMax && places <= placesMax &&
		isText(r.Title, r.DigitsSource, r.PublicValueSource) && isHex(r.Commitment) &&
		isTime(r.DigitsAt) && isTime(r.PublicValueAt)
}

func (t *dayTier) right(number int) bool {
	var ok bool
	if t.chance, ok = large(t.Chance); !ok || t.Tier != number || !isText(t.Pack) ||
		len(t.Amounts) < 1 || len(t.Amounts) > amountsMax || t.Releases == nil || len(t.Releases) > releasesMax {
		return false
	}
	for i := range t.Amounts {
		one := &t.Amounts[i]
		if one.weight, ok = large(one.Weight); !ok || one.weight < 1 || one.weight > weightsMax-t.weights ||
			one.AmountFen < 1 || one.AmountFen > fenMax {
			return false
		}
		t.weights += one.weight
	}
	before := ""
	for _, one := range t.Releases {
		if !clock.MatchString(one.At) || one.At <= before || one.Count > placesMax {
			return false
		}
		before = one.At
	}
	return true
}

func (r *dayRules) right() bool {
	var chances, carry uint64
	for i := range r.Tiers {
		if !r.Tiers[i].right(i + 1) {
			return false
		}
		if chances, carry = bits.Add64(chances, r.Tiers[i].chance, 0); carry != 0 {
			return false
		}
	}
	return r.Format == "fiscus-draw-1" && r.Kind == "day" && r.Programme > 0 &&
		len(r.Tiers) > 0 && len(r.Tiers) <= tiersMax && isText(r.Title, r.PublicValueSource) &&
		isDay(r.FirstDay) && r.Days >= 1 && r.Days <= daysMax && isHex(r.ChainHead)
}

func (s *sealed) right(isBatch bool) bool {
	return isHex(s.RulesSha256, s.Root, s.ListSha256, s.ListSm3) && isTime(s.SealedAt) && s.Count <= placesMax &&
		(isBatch && s.Day == "" || !isBatch && isDay(s.Day))
}

func (e *entropy) right(isBatch bool) bool {
	opened := !isBatch && isHex(e.Key) && isDay(e.PublicValueDay) && e.Secret == "" && e.Digits == ""
	if isBatch {
		opened = isHex(e.Secret) && digits.MatchString(e.Digits) && len(e.Digits) >= 6 && len(e.Digits) <= 1024 &&
			e.Key == "" && e.PublicValueDay == ""
	}
	return opened && isHex(e.SealedSha256) && isTime(e.OpenedAt) &&
		value.MatchString(e.PublicValue) && len(e.PublicValue) <= 1024
}
