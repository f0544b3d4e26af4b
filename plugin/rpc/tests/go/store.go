package main

import (
	"context"
	"os"
	"sync"

	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kvPlugin ties the service to go-plugin, for both roles.
type kvPlugin struct {
	plugin.NetRPCUnsupportedPlugin
}

// GRPCServer registers the store of a plugin.
func (*kvPlugin) GRPCServer(broker *plugin.GRPCBroker, server *grpc.Server) error {
	server.RegisterService(&storeDesc, &store{values: &values{known: map[string][]byte{}}, broker: broker})
	return nil
}

// GRPCClient is what a host calls the store with.
func (*kvPlugin) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, connection *grpc.ClientConn) (interface{}, error) {
	return &client{broker: broker, connection: connection}, nil
}

type values struct {
	sync.Mutex
	known map[string][]byte
}

// store serves the values whose keys begin with its prefix.
type store struct {
	values *values
	prefix string
	broker *plugin.GRPCBroker
}

func (s *store) Get(_ context.Context, in *getRequest) (*getResponse, error) {
	if in.Key == "!crash" {
		os.Exit(7)
	}
	s.values.Lock()
	defer s.values.Unlock()
	value, found := s.values.known[s.prefix+in.Key]
	if !found {
		return nil, status.Errorf(codes.NotFound, "no value has the key %s", in.Key)
	}
	return &getResponse{Value: value}, nil
}

func (s *store) Put(ctx context.Context, in *putRequest) (*putResponse, error) {
	key, value := s.prefix+in.Key, in.Value
	s.values.Lock()
	old, found := s.values.known[key]
	s.values.Unlock()
	if found && in.MergerId != 0 {
		merged, err := s.merge(ctx, in.MergerId, old, value)
		if err != nil {
			return nil, err
		}
		value = merged
	}
	s.values.Lock()
	defer s.values.Unlock()
	s.values.known[key] = value
	return &putResponse{Value: value}, nil
}

// merge asks the host, over a connection of the broker.
func (s *store) merge(ctx context.Context, id uint32, old, added []byte) ([]byte, error) {
	connection, err := s.broker.Dial(id)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	answer := &mergeResponse{}
	err = connection.Invoke(ctx, "/kv.Merger/Merge", &mergeRequest{Old: old, New: added}, answer)
	return answer.Value, err
}

func (s *store) Open(_ context.Context, in *openRequest) (*openResponse, error) {
	id := s.broker.NextId()
	inner := &store{values: s.values, prefix: s.prefix + in.Prefix, broker: s.broker}
	go s.broker.AcceptAndServe(id, func(options []grpc.ServerOption) *grpc.Server {
		server := grpc.NewServer(options...)
		server.RegisterService(&storeDesc, inner)
		return server
	})
	return &openResponse{StoreId: id}, nil
}
