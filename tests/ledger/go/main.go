// Reads with Go's own code what the library writes, and writes what the library must read.
//
//	log LOG-VKEY NAME SEED FOLDER OLD-SIZE OLD-ROOT   every tile, every entry, and consistency
//	proof LOG-VKEY NAME SEED FILE ENTRY-FILE          a proof in a file
//	sign PRIVATE-KEY                                  a note of what comes on standard input
//	cosign NAME SEED                                  the note on standard input, cosigned now
//
// NAME and SEED are those of a witness.  Exits with 0, or with 1 and why.
package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	modes := map[string]func([]string) error{"log": readLog, "proof": readProof, "sign": sign, "cosign": cosign}
	mode, ok := modes[os.Args[1]]
	if !ok {
		panic("no such mode")
	}
	if err := mode(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func newWitness(name, seed string) (*torchwood.CosignatureSigner, error) {
	key, err := hex.DecodeString(seed)
	if err != nil {
		return nil, err
	}
	return torchwood.NewCosignatureSigner(name, ed25519.NewKeyFromSeed(key))
}

// openCheckpoint wants both signatures.
func openCheckpoint(data []byte, logKey, name, seed string) (torchwood.Checkpoint, error) {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	witness, err := newWitness(name, seed)
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	n, err := note.Open(data, note.VerifierList(log, witness.Verifier()))
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	if len(n.Sigs) != 2 {
		return torchwood.Checkpoint{}, fmt.Errorf("%d signatures", len(n.Sigs))
	}
	checkpoint, err := torchwood.ParseCheckpoint(n.Text)
	if err == nil && checkpoint.Origin != log.Name() {
		err = errors.New("another origin")
	}
	return checkpoint, err
}

type folder string

func (f folder) ReadTiles(_ context.Context, tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		row, err := os.ReadFile(filepath.Join(string(f), torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, row)
	}
	return data, nil
}

func (f folder) ReadEndpoint(_ context.Context, path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), path))
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func readLog(args []string) error {
	f := folder(args[3])
	data, err := f.ReadEndpoint(context.Background(), "checkpoint")
	if err != nil {
		return err
	}
	checkpoint, err := openCheckpoint(data, args[0], args[1], args[2])
	if err != nil {
		return err
	}
	hashes := torchwood.TileHashReaderWithContext(context.Background(), checkpoint.Tree, f)
	for start := int64(0); start < checkpoint.N; start += 256 {
		width := min(256, checkpoint.N-start)
		if err := checkBundle(f, hashes, start, width); err != nil {
			return err
		}
	}
	if err := checkGrowth(checkpoint, hashes, args[4], args[5]); err != nil {
		return err
	}
	fmt.Println(checkpoint.Origin, checkpoint.N, "entries")
	return nil
}

func checkBundle(f folder, hashes tlog.HashReader, start, width int64) error {
	tile := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)}
	data, err := f.ReadTiles(context.Background(), []tlog.Tile{tile})
	if err != nil {
		return err
	}
	var indexes []int64
	for i := start; i < start+width; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	leaves, err := hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	rest := data[0]
	for i, leaf := range leaves {
		var entry []byte
		if entry, rest, err = torchwood.ReadTileEntry(rest); err != nil {
			return err
		}
		if tlog.RecordHash(entry) != leaf {
			return fmt.Errorf("entry %d is not in the tree", start+int64(i))
		}
	}
	if len(rest) > 0 {
		return errors.New("more entries than hashes")
	}
	return nil
}

func checkGrowth(checkpoint torchwood.Checkpoint, hashes tlog.HashReader, size, root string) error {
	old, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	oldRoot, err := tlog.ParseHash(root)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(checkpoint.N, old, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, checkpoint.N, checkpoint.Hash, old, oldRoot)
}

func readProof(args []string) error {
	data, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(args[4])
	if err != nil {
		return err
	}
	head, rest, ok := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.DecodeString(lines[0][6:]); err != nil {
			return err
		}
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	checkpoint, err := openCheckpoint(rest, args[0], args[1], args[2])
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, checkpoint.N, checkpoint.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Println("entry", index, "of", checkpoint.N)
	return nil
}

func sign(args []string) error {
	signer, err := note.NewSigner(args[0])
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}

func cosign(args []string) error {
	signer, err := newWitness(args[0], args[1])
	if err != nil {
		return err
	}
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	n, err := note.Open(data, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return fmt.Errorf("%v: %v", n, err)
	}
	signed, err := note.Sign(unverified.Note, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}
