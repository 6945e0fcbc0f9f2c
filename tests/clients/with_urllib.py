"""Whole lives of customers with urllib alone: `with_urllib.py .clientele/demo.json`.

urllib raises an HTTPError for each status that is no 2xx, also for the successes 302, 304 and 410 of the licensing API: a client
reads the record from the error.
"""

import base64
import json
import sys
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

with open(sys.argv[1]) as file:
    DEMO = json.load(file)
RESELLER = DEMO["resellers"][0]
BASE = "/api/v3/reseller/customer/"


def call(status, method, path, body=None, **headers):
    """The text of the answer, which must have this status; an error where it is no 2xx."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(DEMO["base_url"] + path, body and body.encode(), headers, method=method)
    try:
        with urlopen(request, timeout=60) as answer:
            got, text, is_error = answer.status, answer.read().decode(), False
    except HTTPError as error:
        got, text, is_error = error.code, error.read().decode(), True
    if got != status or is_error != (status >= 300):
        sys.exit(f"must be {status}\n{method} {path}\n{body}\n{got}\n{text}")
    return text


def equal(is_, must_be):
    if is_ != must_be:
        sys.exit(f"{is_!r}\nmust be\n{must_be!r}")


def reseller(status, method, path, body=None):
    key = {"x_zoom_s2t_key": RESELLER["reseller_key"]}
    return call(status, method, path, body and json.dumps(body), Content_Type="application/json", **key)


def licensing(status, method, path, form=None):
    # urllib names the media type of a form by itself.
    return call(status, method, path, form and urlencode(form), Authorization="Basic " + RESELLER["licensing_token"])


def management(status, method, path, body=None):
    user = f"{RESELLER['management_user']}:{RESELLER['management_password']}"
    authorization = "Basic " + base64.b64encode(user.encode()).decode()
    return call(status, method, path, body and json.dumps(body), Content_Type="application/json", Authorization=authorization)


def life_of_the_reseller_api():
    created = reseller(201, "POST", BASE, {"name": "Ürllib", "email": "urllib@example.com"})
    customer = json.loads(created)["result"]
    one = f"{BASE}{customer['id']}/"
    equal(reseller(200, "GET", one), created)
    equal(reseller(201, "PUT", one, customer), created)
    changed = json.loads(reseller(201, "PUT", one, {**customer, "phone": "+31 012 345678"}))["result"]
    equal((changed["name"], changed["phone"]), ("Ürllib", "+31 012 345678"))
    listed = json.loads(reseller(200, "GET", f"{BASE}?limit=1&filter=name={quote('ÜRLLIB')}"))
    equal((listed["result"], listed["total_results"]), ([changed], 1))
    equal(reseller(204, "DELETE", one), "")
    equal(json.loads(reseller(404, "GET", one))["error_code"], "NOT_FOUND")
    return customer["id"]


def life_of_the_licensing_api():
    form = {"company": "Ürllib & Co", "email": "urllib@example.com"}
    created = licensing(201, "POST", "/api/customer", form)
    record = json.loads(created)
    one = f"/api/customer/{record['customer_id']}"
    equal((record["company"], record["lastname"]), (form["company"], ""))
    equal(licensing(302, "GET", one), created)
    equal(licensing(304, "PUT", one, record), "")
    changed = licensing(200, "PUT", one, {"lastname": "Lee"})
    equal(json.loads(changed), {**record, "lastname": "Lee"})
    equal(json.loads(changed) in json.loads(licensing(200, "GET", "/api/customers")), True)
    equal(licensing(410, "DELETE", one), changed)
    licensing(404, "GET", one)
    return record["customer_id"]


def life_of_the_management_api():
    body = {"accountId": RESELLER["account_id"], "firstName": "Ürllib", "lastName": "Lee", "code": "ürllib 1"}
    created = management(201, "PUT", "/api/v01/customers", body)
    customer = json.loads(created)
    equal({key: customer[key] for key in body}, body)
    one = f"/api/v01/customers/{customer['id']}"
    equal(management(200, "GET", one), created)
    equal(management(200, "GET", "/api/v01/customers/*" + quote("ürllib 1")), created)
    equal(management(200, "POST", one, customer), created)
    changed = management(200, "POST", one, {"zipCode": "1234 AB"})
    equal(json.loads(changed), {**customer, "zipCode": "1234 AB"})
    equal(management(200, "GET", "/api/v01/customers?zipCode=1234%20ab&lastName=lee"), f"[{changed}]")
    equal(json.loads(management(422, "POST", one, {"lastName": None}))["failureCode"], "V01")
    reseller(204, "DELETE", f"{BASE}{customer['id']}/")
    management(404, "GET", one)
    return customer["id"]


print("urllib, reseller API: created, read, changed, listed and deleted customer", life_of_the_reseller_api())
print("urllib, licensing API: created, read, changed, listed and deleted customer", life_of_the_licensing_api())
print("urllib, Management API: created, loaded, found and modified customer", life_of_the_management_api())
