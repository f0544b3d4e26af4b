package main

import (
	"context"

	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"
)

// The messages of examples/kv/kv.proto. Debian's protobuf runtime encodes them by these tags; no generated code is needed.

type getRequest struct {
	Key string `protobuf:"bytes,1,opt,name=key,proto3"`
}

type getResponse struct {
	Value []byte `protobuf:"bytes,1,opt,name=value,proto3"`
}

type putRequest struct {
	Key      string `protobuf:"bytes,1,opt,name=key,proto3"`
	Value    []byte `protobuf:"bytes,2,opt,name=value,proto3"`
	MergerId uint32 `protobuf:"varint,3,opt,name=merger_id,proto3"`
}

type putResponse struct {
	Value []byte `protobuf:"bytes,1,opt,name=value,proto3"`
}

type openRequest struct {
	Prefix string `protobuf:"bytes,1,opt,name=prefix,proto3"`
}

type openResponse struct {
	StoreId uint32 `protobuf:"varint,1,opt,name=store_id,proto3"`
}

type mergeRequest struct {
	Old []byte `protobuf:"bytes,1,opt,name=old,proto3"`
	New []byte `protobuf:"bytes,2,opt,name=new,proto3"`
}

type mergeResponse struct {
	Value []byte `protobuf:"bytes,1,opt,name=value,proto3"`
}

func (m *getRequest) Reset()            { *m = getRequest{} }
func (m *getRequest) String() string    { return proto.CompactTextString(m) }
func (*getRequest) ProtoMessage()       {}
func (m *getResponse) Reset()           { *m = getResponse{} }
func (m *getResponse) String() string   { return proto.CompactTextString(m) }
func (*getResponse) ProtoMessage()      {}
func (m *putRequest) Reset()            { *m = putRequest{} }
func (m *putRequest) String() string    { return proto.CompactTextString(m) }
func (*putRequest) ProtoMessage()       {}
func (m *putResponse) Reset()           { *m = putResponse{} }
func (m *putResponse) String() string   { return proto.CompactTextString(m) }
func (*putResponse) ProtoMessage()      {}
func (m *openRequest) Reset()           { *m = openRequest{} }
func (m *openRequest) String() string   { return proto.CompactTextString(m) }
func (*openRequest) ProtoMessage()      {}
func (m *openResponse) Reset()          { *m = openResponse{} }
func (m *openResponse) String() string  { return proto.CompactTextString(m) }
func (*openResponse) ProtoMessage()     {}
func (m *mergeRequest) Reset()          { *m = mergeRequest{} }
func (m *mergeRequest) String() string  { return proto.CompactTextString(m) }
func (*mergeRequest) ProtoMessage()     {}
func (m *mergeResponse) Reset()         { *m = mergeResponse{} }
func (m *mergeResponse) String() string { return proto.CompactTextString(m) }
func (*mergeResponse) ProtoMessage()    {}

type storeServer interface {
	Get(context.Context, *getRequest) (*getResponse, error)
	Put(context.Context, *putRequest) (*putResponse, error)
	Open(context.Context, *openRequest) (*openResponse, error)
}

type mergerServer interface {
	Merge(context.Context, *mergeRequest) (*mergeResponse, error)
}

var storeDesc = grpc.ServiceDesc{
	ServiceName: "kv.Store",
	HandlerType: (*storeServer)(nil),
	Methods: []grpc.MethodDesc{
		method("kv.Store", "Get", func() interface{} { return new(getRequest) },
			func(s interface{}, ctx context.Context, in interface{}) (interface{}, error) {
				return s.(storeServer).Get(ctx, in.(*getRequest))
			}),
		method("kv.Store", "Put", func() interface{} { return new(putRequest) },
			func(s interface{}, ctx context.Context, in interface{}) (interface{}, error) {
				return s.(storeServer).Put(ctx, in.(*putRequest))
			}),
		method("kv.Store", "Open", func() interface{} { return new(openRequest) },
			func(s interface{}, ctx context.Context, in interface{}) (interface{}, error) {
				return s.(storeServer).Open(ctx, in.(*openRequest))
			}),
	},
}

var mergerDesc = grpc.ServiceDesc{
	ServiceName: "kv.Merger",
	HandlerType: (*mergerServer)(nil),
	Methods: []grpc.MethodDesc{
		method("kv.Merger", "Merge", func() interface{} { return new(mergeRequest) },
			func(s interface{}, ctx context.Context, in interface{}) (interface{}, error) {
				return s.(mergerServer).Merge(ctx, in.(*mergeRequest))
			}),
	},
}

type call func(server interface{}, ctx context.Context, in interface{}) (interface{}, error)

// method describes one unary method: a new request, and what is called with it.
func method(service, name string, request func() interface{}, handle call) grpc.MethodDesc {
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(server interface{}, ctx context.Context, decode func(interface{}) error,
			interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
			in := request()
			if err := decode(in); err != nil {
				return nil, err
			}
			if interceptor == nil {
				return handle(server, ctx, in)
			}
			info := &grpc.UnaryServerInfo{Server: server, FullMethod: "/" + service + "/" + name}
			return interceptor(ctx, in, info, func(ctx context.Context, in interface{}) (interface{}, error) {
				return handle(server, ctx, in)
			})
		},
	}
}
