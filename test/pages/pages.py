"""The platforms' own verification examples in Python, as their pages have them."""

import hashlib
import hmac
import time


def agenticflow(payload, signature, secret):
    # spec/agenticflow.txt, "Verification Example (Python)"
    expected_signature = hmac.new(
        secret.encode('utf-8'),
        payload.encode('utf-8'),
        hashlib.sha256
    ).hexdigest()
    provided_signature = signature.replace('sha256=', '')
    return hmac.compare_digest(expected_signature, provided_signature)


def workflux(payload, signature, secret):
    # spec/workflux.txt, "Webhook Signature Verification"
    expected_signature = hmac.new(
        secret.encode(),
        payload.encode(),
        hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(expected_signature, signature)


def agentflow(request_body: bytes, timestamp: str, signature_header: str, secret: str) -> bool:
    # spec/agentflow.txt, "Signature verification (pseudocode)", with Python's own functions in place
    # of those that the page only names.
    if abs(time.time() - int(timestamp)) > 300:
        return False
    signed_content = f"{timestamp}.{request_body.decode('utf-8')}"
    expected = "sha256=" + hmac.new(
        secret.encode(), signed_content.encode(), hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(expected, signature_header)
