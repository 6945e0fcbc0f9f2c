"""Whole lives of customers with requests, which follows redirects unless told otherwise: `with_requests.py .clientele/demo.json`."""

import json
import sys

import requests

with open(sys.argv[1]) as file:
    DEMO = json.load(file)
RESELLER = DEMO["resellers"][0]


def session(auth=None, **headers):
    """Calls paths of the served product, checks the status and gives the answer."""
    connection = requests.Session()
    connection.headers.update(headers)
    connection.auth = auth

    def call(status, method, path, **more):
        answer = connection.request(method, DEMO["base_url"] + path, timeout=60, **more)
        if answer.status_code != status or answer.history:
            sys.exit(f"must be {status}, without a redirect\n{method} {path} {more}\n{answer.status_code}\n{answer.text}")
        return answer

    return call


def equal(answer, is_, must_be):
    if is_ != must_be:
        request = answer.request
        sys.exit(f"{is_!r}\nmust be\n{must_be!r}\n{request.method} {request.url}\n{request.body}\n{answer.status_code}\n{answer.text}")


def bare(request):
    """The token as it is: requests would make base64 of a user and a password."""
    request.headers["Authorization"] = "Basic " + RESELLER["licensing_token"]
    return request


reseller = session(**{"x-zoom-s2t-key": RESELLER["reseller_key"]})
licensing = session(auth=bare)
management = session(auth=(RESELLER["management_user"], RESELLER["management_password"]))
BASE = "/api/v3/reseller/customer/"


def life_of_the_reseller_api():
    body = {"name": "Réquests \"&\" Ltd", "email": "requests@example.com", "phone": "+31 012 345678"}
    created = reseller(201, "POST", BASE, json=body)
    customer = created.json()["result"]
    equal(created, {key: customer[key] for key in body}, body)
    one = f"{BASE}{customer['id']}/"
    equal(created, reseller(200, "GET", one).json(), created.json())
    equal(created, reseller(201, "PUT", one, json=customer).json(), created.json())
    changed = reseller(201, "PUT", one, json={**customer, "is_active": False})
    equal(changed, changed.json()["result"]["is_active"], False)
    listed = reseller(200, "GET", BASE, params={"filter": "email=REQUESTS@example.com"})
    equal(listed, listed.json(), {"result": [changed.json()["result"]], "count": 1, "total_results": 1})
    equal(changed, reseller(204, "DELETE", one).content, b"")
    reseller(404, "GET", one)
    return customer["id"]


def life_of_the_licensing_api():
    form = {"company": "Réquests & Ltd", "firstname": "Ann", "lastname": "Lee", "email": "requests@example.com"}
    created = licensing(201, "POST", "/api/customer", data=form)
    record = created.json()
    one = f"/api/customer/{record['customer_id']}"
    equal(created, record, {"customer_id": record["customer_id"], **form})
    equal(created, created.headers["Location"], one)
    read = licensing(302, "GET", one)
    equal(read, (read.json(), read.is_redirect, "Location" in read.headers), (record, False, False))
    equal(created, licensing(304, "PUT", one, data=record).content, b"")
    changed = licensing(200, "PUT", one, data={"company": ""})
    equal(changed, changed.json(), {**record, "company": ""})
    listed = licensing(200, "GET", "/api/customers")
    equal(listed, changed.json() in listed.json(), True)
    licensing(409, "POST", "/api/customer", data={**form, "email": "REQUESTS@example.com"})
    equal(created, licensing(410, "DELETE", one).json(), changed.json())
    licensing(404, "GET", one)
    return record["customer_id"]


def life_of_the_management_api():
    body = {"accountId": RESELLER["account_id"], "firstName": "Réquests", "lastName": "Ltd", "countryCode": "nl", "city": "Ams\tter\r\ndam"}
    created = management(201, "PUT", "/api/v01/customers", json=body)
    customer = created.json()
    equal(created, {key: customer[key] for key in body}, {**body, "countryCode": "NL"})
    one = f"/api/v01/customers/{customer['id']}"
    equal(created, management(200, "GET", f"/api/v01/customers/*{customer['code']}").json(), customer)
    equal(created, management(200, "POST", one, json={"object": customer}).json(), customer)
    changed = management(200, "POST", one, data={"email": "requests@example.com", "city": ""})
    customer["email"] = "requests@example.com"
    del customer["city"]
    equal(changed, changed.json(), customer)
    found = management(200, "GET", "/api/v01/customers", params={"firstName": "RÉQUESTS", "countryCode": "nl"})
    equal(found, (found.json(), found.headers["X-Total-Count"]), ([customer], "1"))
    management(400, "GET", "/api/v01/customers", params={"offset": "-1"})
    reseller(204, "DELETE", f"{BASE}{customer['id']}/")
    management(404, "GET", one)
    return customer["id"]


print("requests, reseller API: created, read, changed, listed and deleted customer", life_of_the_reseller_api())
print("requests, licensing API: created, read, changed, listed and deleted customer", life_of_the_licensing_api())
print("requests, Management API: created, loaded, found and modified customer", life_of_the_management_api())
