"""
A receiver in Python, made of the platforms' own examples (test/pages/pages.py), over HTTPS.

receiver.py <certificate> <key>: prints its port. POST /secrets sets {page: secret}; POST
/receive/<page>/<inbox> receives; GET /inbox/<inbox> tells what came.
"""

import json
import os
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../pages'))
import pages  # noqa: E402

SECRETS = {}
INBOXES = {}

VERIFIERS = {
    'agenticflow': lambda body, headers, secret: pages.agenticflow(
        body.decode('utf-8'), headers.get('X-AgenticFlow-Signature'), secret),
    'workflux': lambda body, headers, secret: pages.workflux(
        body.decode('utf-8'), headers.get('X-Workflux-Signature'), secret),
    'agentflow': lambda body, headers, secret: pages.agentflow(
        body, headers.get('X-AgentFlow-Timestamp'), headers.get('X-AgentFlow-Signature'), secret),
}


class Receiver(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self, status, value):
        body = json.dumps(value).encode('utf-8')
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, INBOXES.get(self.path.split('/')[2], []))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', '0')))
        _, action, *rest = self.path.split('/')
        if action == 'secrets':
            SECRETS.update(json.loads(body))
            self.answer(200, {})
            return
        page, inbox = rest
        verified = VERIFIERS[page](body, self.headers, SECRETS[page])
        INBOXES.setdefault(inbox, []).append({
            'verified': verified,
            'body': body.decode('utf-8'),
            'headers': {name.lower(): value for name, value in self.headers.items()},
        })
        self.answer(200 if verified else 401, {'received': verified})

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
