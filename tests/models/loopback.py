"""A server on loopback that speaks vLLM's dialect and answers with a real model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Grammar, Message


@contextmanager
def serve(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a handler on a free port; the base URL, version included."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class JsonHandler(BaseHTTPRequestHandler):
    """Reads and writes JSON, keeps no log."""

    protocol_version = "HTTP/1.1"

    def body(self) -> dict:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def reply(self, content: object, status: int = 200) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


def vllm_like(model: LocalModel) -> type[JsonHandler]:
    """A handler over a model, as far as `ServerModel` needs it."""

    class Handler(JsonHandler):
        def do_GET(self) -> None:
            assert self.path == "/v1/models"
            self.reply({"data": [{"id": "other", "max_model_len": 1}, {"id": "small", "max_model_len": model.context_tokens}]})

        def do_POST(self) -> None:
            body = self.body()
            {"/v1/chat/completions": self.chat, "/v1/completions": self.completions, "/tokenize": self.tokenize}[self.path](
                body
            )

        def chat(self, body: dict) -> None:
            conversation = [Message(**message) for message in body["messages"]]
            named = body.get("structured_outputs")
            grammar = Grammar(named["grammar"]) if named else None
            if model.count_prompt(conversation) + body["max_tokens"] > model.context_tokens:
                self.reply({"error": {"message": "too long"}}, status=400)
            elif body.get("stream"):
                self.stream(model.stream(conversation, max_tokens=body["max_tokens"], grammar=grammar))
            else:
                (answer,) = model.generate([conversation], max_tokens=body["max_tokens"], grammar=grammar)
                choice = {"message": {"content": answer.text}, "finish_reason": answer.finish}
                choice["logprobs"] = {"content": [{"logprob": answer.log_probability}]} if body["logprobs"] else None
                self.reply({"choices": [choice], "usage": {"completion_tokens": answer.n_tokens}})

        def stream(self, pieces: Iterator[str]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in pieces:
                self.wfile.write(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

        def tokenize(self, body: dict) -> None:
            if "messages" in body:
                tokens = encode_conversation(model._tokenizer(), [Message(**message) for message in body["messages"]])
            else:
                tokens = encode_text(model._tokenizer(), body["prompt"])
            self.reply({"tokens": tokens, "count": len(tokens)})

        def completions(self, body: dict) -> None:
            import torch

            ids = torch.tensor([body["prompt"]])
            with model._lock, torch.inference_mode():
                model._decoder()
                logs = model._model_(input_ids=ids).logits[0].float().log_softmax(-1)
            told = [{str(t): {"logprob": float(logs[at, t])}} for at, t in enumerate(body["prompt"][1:])]
            self.reply({"choices": [{"text": "", "prompt_logprobs": [None, *told]}]})

    return Handler
