// Package progress keeps what an attendee has done, in one file beside the
// exercises.
//
// The file is replaced by a rename, so a crash leaves the old one or the new
// one. It is read again before each change, so that a change from outside
// stays. What was done is bound to a hash of the exercise: an exercise that has
// changed since is open again.
package progress

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Name is the file's, in the folder of the course.
const Name = ".progress.json"

// A State is what is kept of one exercise.
type State struct {
	Hash   string    `json:"hash"`             // of the exercise, see course.Hash
	Passed time.Time `json:"passed,omitzero"`  // zero: not yet
	Hints  int       `json:"hints,omitempty"`  // how many were shown
	Peeked bool      `json:"peeked,omitempty"` // the solution was shown before it passed
	Fast   bool      `json:"fast,omitempty"`   // passed on the fast track, so the rest of its part is known
}

// Done says whether there is nothing more to do.
func (s State) Done() bool { return !s.Passed.IsZero() }

// A File is the progress of a course.
type File struct {
	path string
	told string // what was wrong with the file, once
}

// Open returns the progress of the course in dir. Nothing is read yet.
func Open(dir string) *File { return &File{path: filepath.Join(dir, Name)} }

type content struct {
	Version   int              `json:"version"`
	Exercises map[string]State `json:"exercises"`
}

// States returns what is known of every exercise. A file that cannot be
// understood is put aside, and said so by [File.Told].
func (f *File) States() (map[string]State, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]State{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the progress: %w", err)
	}
	var c content
	if err := json.Unmarshal(text, &c); err != nil {
		aside := f.path + ".unreadable"
		if err := os.Rename(f.path, aside); err != nil {
			return nil, fmt.Errorf("putting an unreadable progress file aside: %w", err)
		}
		f.told = fmt.Sprintf("the progress file was not JSON (%v): it is now %s, and a new one begins", err, aside)
		return map[string]State{}, nil
	}
	if c.Exercises == nil {
		c.Exercises = map[string]State{}
	}
	return c.Exercises, nil
}

// Told returns, once, what was wrong with the file.
func (f *File) Told() string {
	told := f.told
	f.told = ""
	return told
}

// Get returns the state of an exercise that has this hash.
func (f *File) Get(name, hash string) (State, error) {
	all, err := f.States()
	if err != nil {
		return State{}, err
	}
	return bound(all[name], hash), nil
}

func bound(s State, hash string) State {
	if s.Hash != hash {
		return State{Hash: hash}
	}
	return s
}

// Change reads the file, changes the state of one exercise and writes it.
func (f *File) Change(name, hash string, change func(*State)) error {
	lock, err := Lock(f.path + " write")
	for range 100 {
		if !errors.Is(err, ErrTaken) {
			break
		}
		time.Sleep(10 * time.Millisecond) // another process writes at this moment
		lock, err = Lock(f.path + " write")
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	all, err := f.States()
	if err != nil {
		return err
	}
	s := bound(all[name], hash)
	change(&s)
	all[name] = s
	return f.write(content{1, all})
}

func (f *File) write(c content) error {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return fmt.Errorf("writing the progress: %w", err)
	}
	if err := replace(f.path, append(text, '\n')); err != nil {
		return fmt.Errorf("the progress is not kept: %w", err)
	}
	return nil
}

// replace writes a file so that at any moment the old content or the new one is
// there, whole.
func replace(path string, text []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("a new file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
