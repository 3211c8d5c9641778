"""The few words of the template language that a company's own text may use: no files, no code, no clock."""

from __future__ import annotations

from django.template import Engine, Library, defaultfilters, defaulttags

register = Library()
for _name, _tag in (("if", defaulttags.do_if), ("for", defaulttags.do_for)):
    register.tag(_name, _tag)
for _filter in (defaultfilters.upper, defaultfilters.lower, defaultfilters.default, defaultfilters.length):
    register.filter(_filter)


class SandboxEngine(Engine):
    """A template engine that knows `if`, `for` and four filters, and can load nothing."""

    default_builtins = ["receba.outreach.sandbox"]


ENGINE = SandboxEngine(dirs=[], app_dirs=False, loaders=[], libraries={}, autoescape=True, debug=False)
