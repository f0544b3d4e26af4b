// A go-plugin of the key-value service, and a host of it: the peer that the tests of tf-plugin run against.
//
// Started by a host (the magic cookie is in the environment) it is a plugin. Otherwise it is a host:
//
//	peer [-plaintext] PLUGIN [ARGUMENT…] -- COMMAND…
//
// Each command prints one line; `host.go` has them. Must only use what Debian's golang-github-hashicorp-go-plugin-dev brings.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
)

// What host and plugin must agree on; examples/kv/service.rs has the same.
var handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "KV_PLUGIN",
	MagicCookieValue: "5c9d2f1e7ab84c06",
}

// Versions 1 and 2 are the same service: there are two so that something is negotiated.
var versions = map[int]plugin.PluginSet{
	1: {"kv": &kvPlugin{}},
	2: {"kv": &kvPlugin{}},
}

func main() {
	if os.Getenv(handshake.MagicCookieKey) == handshake.MagicCookieValue {
		serve()
		return
	}
	plaintext := flag.Bool("plaintext", false, "without AutoMTLS")
	flag.Parse()
	program, commands := split(flag.Args())
	if len(program) == 0 {
		fmt.Fprintln(os.Stderr, "usage: peer [-plaintext] PLUGIN [ARGUMENT...] -- COMMAND...")
		os.Exit(2)
	}
	if err := host(program, commands, !*plaintext); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func serve() {
	logger := hclog.New(&hclog.LoggerOptions{Name: "peer", Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	logger.Warn("the peer serves", "versions", len(versions))
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: versions,
		GRPCServer:       plugin.DefaultGRPCServer,
		Logger:           logger,
	})
}

// split divides the arguments at "--".
func split(arguments []string) (program, commands []string) {
	for i, argument := range arguments {
		if argument == "--" {
			return arguments[:i], arguments[i+1:]
		}
	}
	return arguments, nil
}
