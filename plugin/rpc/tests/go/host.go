package main

import (
	"context"
	"fmt"
	"io/ioutil"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// client calls the store of a plugin.
type client struct {
	broker     *plugin.GRPCBroker
	connection *grpc.ClientConn
}

// merger joins an old and a new value with a plus sign.
type merger struct{}

func (merger) Merge(_ context.Context, in *mergeRequest) (*mergeResponse, error) {
	return &mergeResponse{Value: []byte(string(in.Old) + "+" + string(in.New))}, nil
}

// host starts the plugin and gives it the commands:
//
//	ping                 the health service
//	put=KEY=VALUE        prints the stored value
//	get=KEY              prints the value
//	merge=KEY=VALUE      put with a callback to this host over the broker
//	open=PREFIX=KEY      get from a store that the plugin serves over the broker
//	time=N               the median of N health calls, and of N get calls, in microseconds
//	end                  asks the plugin to end and prints after how many milliseconds it had
func host(program, commands []string, autoMTLS bool) error {
	started := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: versions,
		Cmd:              exec.Command(program[0], program[1:]...),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         autoMTLS,
		StartTimeout:     10 * time.Second,
		Logger:           hclog.New(&hclog.LoggerOptions{Output: ioutil.Discard}),
	})
	defer started.Kill()
	protocol, err := started.Client()
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense("kv")
	if err != nil {
		return err
	}
	kv := raw.(*client)
	fmt.Println("version", started.NegotiatedVersion())
	for _, command := range commands {
		words := strings.SplitN(command, "=", 3)
		said, err := run(started, protocol, kv, words)
		if err != nil {
			return fmt.Errorf("%s: %v", words[0], err)
		}
		fmt.Println(words[0], said)
	}
	return nil
}

func run(started *plugin.Client, protocol plugin.ClientProtocol, kv *client, words []string) (string, error) {
	word := func(number int) string {
		if number < len(words) {
			return words[number]
		}
		return ""
	}
	switch words[0] {
	case "ping":
		return "ok", protocol.Ping()
	case "put":
		return put(kv, word(1), word(2), 0)
	case "get":
		return get(kv.connection, word(1))
	case "merge":
		id := kv.broker.NextId()
		go kv.broker.AcceptAndServe(id, func(options []grpc.ServerOption) *grpc.Server {
			server := grpc.NewServer(options...)
			server.RegisterService(&mergerDesc, merger{})
			return server
		})
		return put(kv, word(1), word(2), id)
	case "open":
		return open(kv, word(1), word(2))
	case "time":
		return measure(protocol, kv, word(1))
	case "end":
		began := time.Now()
		started.Kill()
		return strconv.FormatInt(time.Since(began).Milliseconds(), 10), nil
	}
	return "", fmt.Errorf("no such command")
}

func get(connection *grpc.ClientConn, key string) (string, error) {
	answer := &getResponse{}
	err := connection.Invoke(context.Background(), "/kv.Store/Get", &getRequest{Key: key}, answer)
	return string(answer.Value), err
}

func put(kv *client, key, value string, merger uint32) (string, error) {
	answer := &putResponse{}
	request := &putRequest{Key: key, Value: []byte(value), MergerId: merger}
	err := kv.connection.Invoke(context.Background(), "/kv.Store/Put", request, answer)
	return string(answer.Value), err
}

func open(kv *client, prefix, key string) (string, error) {
	answer := &openResponse{}
	err := kv.connection.Invoke(context.Background(), "/kv.Store/Open", &openRequest{Prefix: prefix}, answer)
	if err != nil {
		return "", err
	}
	connection, err := kv.broker.Dial(answer.StoreId)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	return get(connection, key)
}

func measure(protocol plugin.ClientProtocol, kv *client, text string) (string, error) {
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		return "", fmt.Errorf("%s is no count", text)
	}
	ping, err := median(count, protocol.Ping)
	if err != nil {
		return "", err
	}
	if _, err := put(kv, "timed", "value", 0); err != nil {
		return "", err
	}
	unary, err := median(count, func() error {
		_, err := get(kv.connection, "timed")
		return err
	})
	return fmt.Sprintf("%.1f %.1f", ping, unary), err
}

// median is that of so many calls, in microseconds, after a tenth of them that count for nothing.
func median(count int, call func() error) (float64, error) {
	times := make([]float64, 0, count)
	for i := -count / 10; i < count; i++ {
		began := time.Now()
		if err := call(); err != nil {
			return 0, err
		}
		if i >= 0 {
			times = append(times, float64(time.Since(began).Nanoseconds())/1000)
		}
	}
	sort.Float64s(times)
	return times[count/2], nil
}
