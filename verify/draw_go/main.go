// go run . BUNDLE …   checks bundles of draws offline; docs/formats/draw-bundle.md.
//
// Written from that page alone, with Go's standard library. Prints one line for each bundle, `ok` or
// the first check that fails; ends with 0 when all are good, 3 when one is not.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	linesBytesMax = 1 << 30
	pageBytesMax  = 64 << 10
)

var files = []string{"README.md", "SHA256SUMS", "entropy.json", "list.txt", "receipts.txt",
	"result.json", "result.txt", "rules.json", "sealed.json"}

var (
	ticketLine  = regexp.MustCompile(`^[0-9a-f]{32} [0-9a-f]{32}$`)
	requestLine = regexp.MustCompile(`^[^ ]{32} [1-9][0-9]{0,4} [0-9a-f]{32} (0|[1-9][0-9]{0,9})$`)
)

func readFiles(folder string) (map[string][]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("files: %v", err)
	}
	if len(entries) != len(files) {
		return nil, fmt.Errorf("files: not the nine of a bundle")
	}
	data := map[string][]byte{}
	for i, name := range files {
		if entries[i].Name() != name {
			return nil, fmt.Errorf("files: not the nine of a bundle: %s", entries[i].Name())
		}
		bytesMax := int64(pageBytesMax)
		if strings.HasSuffix(name, ".txt") {
			bytesMax = linesBytesMax
		}
		file, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			return nil, fmt.Errorf("files: %v", err)
		}
		data[name], err = io.ReadAll(io.LimitReader(file, bytesMax+1))
		file.Close()
		if err != nil || int64(len(data[name])) > bytesMax {
			return nil, fmt.Errorf("files: %s cannot be read or is too large", name)
		}
	}
	return data, nil
}

func sha(data []byte) string { return hexOf(sha256.Sum256(data)) }

func joined(lines []string) []byte {
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func same(check string, data []byte, lines []string) error {
	if bytes.Equal(data, joined(lines)) {
		return nil
	}
	got := strings.Split(string(data), "\n")
	for i, line := range append(lines, "") {
		if i >= len(got) || got[i] != line {
			return fmt.Errorf("%s: line %d is not what follows from the entropy", check, i+1)
		}
	}
	return fmt.Errorf("%s: more lines than follow from the entropy", check)
}

func need(right bool, check string, why string) error {
	if right {
		return nil
	}
	return fmt.Errorf("%s: %s", check, why)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// The lines of list.txt, if each has its form and, for a batch, they ascend by ticket.
func readList(data []byte, isBatch bool) ([]string, error) {
	lines := strings.Split(string(data), "\n")
	if lines[len(lines)-1] != "" || len(lines)-1 > placesMax {
		return nil, fmt.Errorf("list: the last line has no end, or there are too many")
	}
	lines = lines[:len(lines)-1]
	for i, line := range lines {
		right := isBatch && ticketLine.MatchString(line)
		if !isBatch && requestLine.MatchString(line) && isTime(line[:32]) {
			words := strings.Split(line, " ")
			_, platformErr := strconv.ParseUint(words[1], 10, 16)
			_, winsErr := strconv.ParseUint(words[3], 10, 32)
			right = platformErr == nil && winsErr == nil
		}
		if !right {
			return nil, fmt.Errorf("list: line %d is no entry", i+1)
		}
	}
	for i := 1; isBatch && i < len(lines); i++ {
		if lines[i-1][:32] >= lines[i][:32] {
			return nil, fmt.Errorf("list: line %d is out of order, or its ticket stands twice", i+1)
		}
	}
	return lines, nil
}

// The sealed day is one of the programme's, and each line may take part on it. Its number from 1 on.
func checkDay(r *dayRules, s *sealed, lines []string) (int, error) {
	from, _ := time.Parse("2006-01-02", r.FirstDay)
	day, _ := time.Parse("2006-01-02", s.Day)
	number := int(day.Sub(from)/(24*time.Hour)) + 1
	if day.Before(from) || number > r.Days {
		return 0, fmt.Errorf("sealed: %s is none of the programme's days", s.Day)
	}
	asked, wins := map[string]bool{}, map[string]string{}
	for i, line := range lines {
		words := strings.Split(line, " ")
		who := words[1] + " " + words[2]
		before, known := wins[words[2]]
		if words[0][:10] != s.Day || asked[who] || known && before != words[3] {
			return 0, fmt.Errorf("sealed: line %d: another day, a second chance, or other earlier wins", i+1)
		}
		asked[who], wins[words[2]] = true, words[3]
	}
	return number, nil
}

func checkSealed(h hash, s *sealed, lines []string, list []byte, levels [][][32]byte) error {
	const edited = "the list was edited after it was sealed"
	return first(
		need(s.Count == uint64(len(lines)), "count", edited),
		need(s.ListSha256 == sha(list) && s.ListSm3 == hexOf(sm3(list)), "hashes", edited),
		need(s.Root == hexOf(levels[len(levels)-1][0]), "root", edited))
}

func checkBatchEntropy(h hash, r *batchRules, s *sealed, e *entropy) error {
	opened := h(message("commit-v1").u32(r.Programme).u32(r.Batch).hexadecimal(e.Secret))
	return first(
		need(s.SealedAt < r.DigitsAt && s.SealedAt < r.PublicValueAt &&
			e.OpenedAt >= r.DigitsAt && e.OpenedAt >= r.PublicValueAt, "times", "entropy before sealing"),
		need(hexOf(opened) == r.Commitment, "secret", "it is not the committed one"))
}

func checkDayEntropy(h hash, r *dayRules, number int, s *sealed, e *entropy) error {
	day, _ := time.Parse("2006-01-02", s.Day)
	var key [32]byte
	copy(key[:], message(nil).hexadecimal(e.Key))
	for i := 0; i < number; i++ {
		key = h(key[:])
	}
	return first(
		need(s.SealedAt[:10] > s.Day && e.OpenedAt >= s.SealedAt &&
			e.PublicValueDay == day.AddDate(0, 0, -1).Format("2006-01-02"), "times", "too early, or of another day"),
		need(hexOf(key) == r.ChainHead, "secret", "the key is not that of the day"))
}

func receipts(lines []string, levels [][][32]byte, places []int) []string {
	var out []string
	for _, place := range places {
		line := strconv.Itoa(place) + " " + lines[place]
		at := place
		for _, level := range levels {
			if sibling := at ^ 1; sibling < len(level) {
				line += " " + hexOf(level[sibling])
			}
			at /= 2
		}
		out = append(out, line)
	}
	return out
}

func verify(folder string) error {
	data, err := readFiles(folder)
	if err != nil {
		return err
	}
	var sums []string
	for _, name := range files {
		if name != "SHA256SUMS" {
			sums = append(sums, sha(data[name])+"  "+name)
		}
	}
	if err := same("manifest", data["SHA256SUMS"], sums); err != nil {
		return err
	}
	isBatch := bytes.Contains(data["rules.json"], []byte(`"kind": "batch"`))
	var batch batchRules
	var day dayRules
	algorithm := &batch.Algorithm
	if isBatch {
		err = readPage("rules", data["rules.json"], &batch, batch.right)
	} else {
		err = readPage("rules", data["rules.json"], &day, day.right)
		algorithm = &day.Algorithm
	}
	name := strings.TrimSuffix(*algorithm, "-sm3")
	if err := first(err, need(isBatch && name == "hash-rank-v1" || !isBatch && name == "instant-v1",
		"rules", "an unknown algorithm")); err != nil {
		return err
	}
	h := hashOf(name != *algorithm)
	lines, err := readList(data["list.txt"], isBatch)
	if err != nil {
		return err
	}
	var s sealed
	err = readPage("sealed", data["sealed.json"], &s, func() bool { return s.right(isBatch) })
	if err := first(err, need(s.RulesSha256 == sha(data["rules.json"]), "sealed", "under other rules")); err != nil {
		return err
	}
	number := 0
	if !isBatch {
		if number, err = checkDay(&day, &s, lines); err != nil {
			return err
		}
	}
	levels := h.tree(lines)
	if err := checkSealed(h, &s, lines, data["list.txt"], levels); err != nil {
		return err
	}
	var e entropy
	err = readPage("entropy", data["entropy.json"], &e, func() bool { return e.right(isBatch) })
	err = first(err, need(e.SealedSha256 == sha(data["sealed.json"]), "entropy", "of another sealed list"))
	if err != nil {
		return err
	}
	var out outcome
	if isBatch {
		if err := checkBatchEntropy(h, &batch, &s, &e); err != nil {
			return err
		}
		out = h.drawBatch(&batch, lines, &s, &e, batchResult{EntropySha256: sha(data["entropy.json"])})
	} else {
		if err := checkDayEntropy(h, &day, number, &s, &e); err != nil {
			return err
		}
		out = h.drawDay(&day, lines, &s, &e, dayResult{EntropySha256: sha(data["entropy.json"])})
	}
	return first(
		same("result", data["result.txt"], out.lines),
		need(bytes.Equal(data["result.json"], pageText(out.figures)), "figures", "sums, seed or root of the result differ"),
		same("receipts", data["receipts.txt"], receipts(lines, levels, out.places)))
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "go run . BUNDLE …")
		os.Exit(2)
	}
	code := 0
	for _, folder := range os.Args[1:] {
		if err := verify(folder); err != nil {
			fmt.Printf("%s: %v\n", folder, err)
			code = 3
		} else {
			fmt.Printf("%s: ok\n", folder)
		}
	}
	os.Exit(code)
}
