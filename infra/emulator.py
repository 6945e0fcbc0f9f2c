"""Runs the AWS emulator, with mistakes of its version 1.5.33 mended: an update of a nested stack forgets the attributes of the
resources that do not change in it, so that those which do change can't refer to them; cookies stay a header of the events of an HTTP
API, which has a field for them; and the paths of Cognito's pages, such as /login, are taken from every host."""

import runpy

from ministack import app
from ministack.services import lambda_svc
from ministack.services.cloudformation import _stacks, provisioners

update = provisioners._update_resource


def update_with_attributes(resource_type, physical_id, old, new, stack_name, logical_id=None, attributes=None):
    if attributes is None:
        attributes = _stacks[stack_name]["_resources"][logical_id]["Attributes"]
    return update(resource_type, physical_id, old, new, stack_name, logical_id, attributes)


execute = lambda_svc._execute_function_with_config_scope


def execute_with_cookies(function, event):
    if isinstance(event, dict) and "routeKey" in event:
        sent = [name for name in event["headers"] if name.lower() == "cookie"]
        cookies = [cookie for name in sent for cookie in event["headers"].pop(name).split("; ")]
        if cookies:
            event["cookies"] = cookies
    return execute(function, event)


async def no_page_of_cognito(*_):
    return None


app._handle_cognito_body_request = no_page_of_cognito
app._handle_cognito_get_request = no_page_of_cognito
provisioners._update_resource = update_with_attributes
lambda_svc._execute_function_with_config_scope = execute_with_cookies
runpy.run_module("ministack", run_name="__main__")
