"""The gRPC clients of mixed_load.py."""
import itertools
import time


def grpc_clients(load, question, passage, answer):
    """Good calls, and calls with a deadline of a millisecond; none without the stock client."""
    try:
        import grpc
        from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
    except ImportError:
        return []

    def request(signature, values):
        message = predict_pb2.PredictRequest()
        message.model_spec.name, message.model_spec.signature_name = "echo", signature
        tensor = message.inputs["x"]
        tensor.dtype = 1
        tensor.tensor_shape.dim.add().size = len(values)
        tensor.float_val.extend(values)
        return message

    def text_request():
        message = predict_pb2.PredictRequest()
        message.model_spec.name, message.model_spec.signature_name = "reader", "extract"
        for name, value in (("question", question), ("passage", passage)):
            tensor = message.inputs[name]
            tensor.dtype = 7
            tensor.tensor_shape.dim.add().size = 1
            tensor.string_val.append(value.encode())
        return message

    def ask(name, messages, right):
        """Sends what must be answered, and checks each answer."""
        with grpc.insecure_channel(f"127.0.0.1:{load.grpc_port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            for message in messages:
                if not load.running():
                    return
                try:
                    reply = stub.Predict(message, timeout=60)
                    load.expect(right(message.inputs, reply.outputs), f"gRPC {name}: {reply}")
                except grpc.RpcError as error:
                    load.fail(f"gRPC {name}: {error.code()} {error.details()}")
                load.count(f"good gRPC {name}")

    def text():
        ask("extract", itertools.repeat(text_request()),
            lambda _, outputs: list(outputs["answers"].string_val) == [answer.encode()])

    def good():
        ask("predict", (request("f", [value % 1000, 2]) for value in itertools.count()),
            lambda inputs, outputs: list(outputs["y"].float_val) == list(inputs["x"].float_val))

    def hurried():
        with grpc.insecure_channel(f"127.0.0.1:{load.grpc_port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            while load.running():
                try:
                    stub.Predict(request("slow", [1]), timeout=0.001)
                    load.fail("a slow run was answered within a millisecond")
                except grpc.RpcError as error:
                    load.expect(error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, f"deadline: {error.code()}")
                load.count("deadline of 1 ms")
                time.sleep(0.05)

    return [good, text, hurried]
