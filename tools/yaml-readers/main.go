// Command yaml-readers reads YAML documents as the programs do that read dist/, and says what they see.
//
// Each line of the input is a document as a JSON string. Each line of the output is what was read of the document on the
// same line, as JSON: {"same": value} where all readers agree, or {"differ": {reader: value}} with a text in place of the
// value of a reader that fails. What JSON has no value for is a text with its Go type before it, which no manifest holds.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"

	newV2 "go.yaml.in/yaml/v2"
	newV3 "go.yaml.in/yaml/v3"
	oldV2 "gopkg.in/yaml.v2"
	oldV3 "gopkg.in/yaml.v3"
	kubernetes "sigs.k8s.io/yaml"
)

// How a document is read by each, by the path of its Go module.
var readers = map[string]func(text []byte) (any, error){
	// kubectl, the API server (its own configuration, strictly) and Argo CD's manifests.
	"sigs.k8s.io/yaml": func(text []byte) (any, error) {
		asJSON, err := kubernetes.YAMLToJSONStrict(text)
		if err != nil {
			return nil, err
		}
		decoder := json.NewDecoder(bytes.NewReader(asJSON))
		decoder.UseNumber()
		var value any
		err = decoder.Decode(&value)
		return value, err
	},
	"go.yaml.in/yaml/v2": by(newV2.UnmarshalStrict),
	"go.yaml.in/yaml/v3": by(newV3.Unmarshal),
	"gopkg.in/yaml.v2":   by(oldV2.UnmarshalStrict),
	"gopkg.in/yaml.v3":   by(oldV3.Unmarshal),
}

func by(unmarshal func([]byte, any) error) func([]byte) (any, error) {
	return func(text []byte) (any, error) {
		var value any
		err := unmarshal(text, &value)
		return value, err
	}
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "yaml-readers:", err)
		os.Exit(2)
	}
}

func run(in io.Reader, out io.Writer) error {
	documents := json.NewDecoder(in)
	buffered := bufio.NewWriter(out)
	for {
		var text string
		err := documents.Decode(&text)
		if err == io.EOF {
			return buffered.Flush()
		}
		if err != nil {
			return err
		}
		seen, err := read([]byte(text))
		if err != nil {
			return err
		}
		buffered.Write(seen)
		buffered.WriteByte('\n')
	}
}

func read(text []byte) ([]byte, error) {
	seen := map[string]json.RawMessage{}
	var first json.RawMessage
	differ := false
	for name, reader := range readers {
		value, err := withoutPanic(reader, text)
		if err != nil {
			value = "error: " + err.Error()
			differ = true
		}
		written, err := json.Marshal(plain(value))
		if err != nil {
			return nil, err
		}
		seen[name] = written
		if first == nil {
			first = written
		}
		differ = differ || !bytes.Equal(first, written)
	}
	if differ {
		return json.Marshal(map[string]any{"differ": seen})
	}
	return json.Marshal(map[string]any{"same": first})
}

func withoutPanic(reader func([]byte) (any, error), text []byte) (value any, err error) {
	defer func() {
		if found := recover(); found != nil {
			err = fmt.Errorf("panic: %v", found)
		}
	}()
	return reader(text)
}

// plain gives a value as JSON has it; what JSON does not have becomes a text that says what it was.
func plain(value any) any {
	switch value := value.(type) {
	case nil, bool, string, int, int64, uint64, json.Number:
		return value
	case float64:
		return fmt.Sprintf("<float64> %v", value)
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = plain(item)
		}
		return items
	case map[string]any:
		return mapping(value)
	case map[any]any:
		return mapping(value)
	}
	return fmt.Sprintf("<%v> %v", reflect.TypeOf(value), value)
}

func mapping[K comparable](values map[K]any) map[string]any {
	plainly := map[string]any{}
	for key, value := range values {
		name, isText := any(key).(string)
		if !isText {
			name = fmt.Sprintf("<%v> %v", reflect.TypeOf(key), key)
		}
		plainly[name] = plain(value)
	}
	return plainly
}
