"""Runs the AWS emulator, with a mistake of its version 1.5.33 mended: an update of a nested stack forgets the attributes of the
resources that do not change in it, so that those which do change can't refer to them."""

import runpy

from ministack.services.cloudformation import _stacks, provisioners

update = provisioners._update_resource


def update_with_attributes(resource_type, physical_id, old, new, stack_name, logical_id=None, attributes=None):
    if attributes is None:
        attributes = _stacks[stack_name]["_resources"][logical_id]["Attributes"]
    return update(resource_type, physical_id, old, new, stack_name, logical_id, attributes)


provisioners._update_resource = update_with_attributes
runpy.run_module("ministack", run_name="__main__")
