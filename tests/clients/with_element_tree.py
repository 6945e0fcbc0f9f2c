"""The life of a customer of the Management API in XML, with Python's ElementTree: `with_element_tree.py .clientele/demo.json`.

Answers are parsed, attributes of the element are changed, and the element is sent back as a whole.
"""

import base64
import json
import sys
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.etree import ElementTree

with open(sys.argv[1]) as file:
    DEMO = json.load(file)
RESELLER = DEMO["resellers"][0]
CUSTOMERS = "/api/v01/customers"

# What a format must escape, and what a reader of attributes makes spaces of where it is not.
ODD_TEXTS = {
    "organizationName": "<O'Neil> & \"Söhne\"",
    "street": "Ä 1\r\nback\tdoor\nleft",
    "city": "😀 &amp; &#65; ]]>",
}


def management(status, method, path, element=None):
    """The element that is answered, with this status."""
    user = f"{RESELLER['management_user']}:{RESELLER['management_password']}"
    headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode(), "Accept": "application/xml"}
    body = None
    if element is not None:
        headers["Content-Type"] = "application/xml"
        body = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    request = Request(DEMO["base_url"] + path, body, headers, method=method)
    try:
        with urlopen(request, timeout=60) as answer:
            got, text = answer.status, answer.read()
    except HTTPError as error:
        got, text = error.code, error.read()
    if got != status:
        sys.exit(f"must be {status}\n{method} {path}\n{body}\n{got}\n{text.decode()}")
    return ElementTree.fromstring(text)


def equal(is_, must_be):
    if is_ != must_be:
        sys.exit(f"{is_!r}\nmust be\n{must_be!r}")


def life():
    sent = ElementTree.Element("customer", accountId=str(RESELLER["account_id"]), firstName="Ann", lastName="Lee")
    customer = management(201, "PUT", CUSTOMERS, sent)
    equal(customer.tag, "customer")
    equal({name: customer.get(name) for name in sent.keys()}, sent.attrib)
    one = f"{CUSTOMERS}/{customer.get('id')}"

    customer.attrib.update(ODD_TEXTS)
    changed = management(200, "POST", one, customer)
    equal(changed.attrib, customer.attrib)
    equal(management(200, "GET", one).attrib, customer.attrib)
    equal(management(200, "POST", one, changed).attrib, customer.attrib)

    # The same values as child elements.
    children = ElementTree.Element("Customer")
    for name, value in ODD_TEXTS.items():
        ElementTree.SubElement(children, name).text = value
    ElementTree.SubElement(children, "lastName").text = "Leë"
    customer.set("lastName", "Leë")
    # An XML reader makes one line feed of a line break in a text; only in attributes is it a reference.
    customer.set("street", ODD_TEXTS["street"].replace("\r\n", "\n"))
    equal(management(200, "POST", one, children).attrib, customer.attrib)

    for name, value in ODD_TEXTS.items():
        found = management(200, "GET", f"{CUSTOMERS}?lastName=LE%C3%8B&{name}={quote(customer.get(name))}")
        equal([found.tag] + [child.attrib for child in found], ["customers", customer.attrib])
    equal(len(management(200, "GET", f"{CUSTOMERS}?lastName=nobody-of-this-name")), 0)
    error = management(400, "POST", one, ElementTree.Element("customer", phone="none"))
    equal((error.tag, error.get("failureCode"), error.get("field")), ("response", "F01", "phone"))

    headers = {"x-zoom-s2t-key": RESELLER["reseller_key"]}
    path = f"/api/v3/reseller/customer/{customer.get('id')}/"
    urlopen(Request(DEMO["base_url"] + path, headers=headers, method="DELETE"), timeout=60).close()
    equal(management(404, "GET", one).get("failureCode"), "V05")
    return customer.get("id")


print("ElementTree, Management API: created, loaded, found and modified customer", life())
