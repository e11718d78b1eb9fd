"""From a template to Python: jinja2's code generator, with payment and escaping put in.

It calls what `_sandbox.Sandbox` adds to an environment: `finalize`, `joined`, `sliced`, `compared`,
`weighed`, and the filters `_metered` and `_spend`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, operators


class MeteredCode(CodeGenerator):
    """Writes the Python of a template: values through `finalize`, work through the meter."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        for loop in list(node.find_all(nodes.For)):
            _meter_loop(loop)
        parts: list[Any] = [node, *node.find_all((nodes.Block, nodes.Macro, nodes.CallBlock))]
        for part in parts:
            part.body.insert(0, _spend(_weight(part)))
        super().visit_Template(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self._visit_call("joined", node.nodes, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        window = [
            part or nodes.Const(None) for part in (node.arg.start, node.arg.stop, node.arg.step)
        ]
        self._visit_call("sliced", [node.node, *window], frame)

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """Only a comparison with a constant is free: that ends where the constant does."""
        self.write("(")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(f" {operators[operand.op]} ")
            searched = operand.op in {"in", "notin"} or not isinstance(node.expr, nodes.Const)
            if searched and not isinstance(operand.expr, nodes.Const):
                self._visit_call("compared", [operand.expr], frame)
            else:
                self.visit(operand.expr, frame)
        self.write(")")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._weighed(super().visit_List, node, frame, node.items)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self._weighed(super().visit_Dict, node, frame, [pair.value for pair in node.items])

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        items = node.items if node.ctx == "load" else []
        self._weighed(super().visit_Tuple, node, frame, items)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        if node.filter is not None:
            self.fail(
                "a set block takes no filter; apply it where the variable is used", node.lineno
            )
        super().visit_AssignBlock(node, frame)

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> NoReturn:
        self.fail("there is no filter block; use a macro", node.lineno)

    def visit_ScopedEvalContextModifier(
        self,
        node: nodes.ScopedEvalContextModifier,
        frame: Frame,
    ) -> NoReturn:
        self.fail("escaping cannot be switched", node.lineno)

    def _visit_call(self, method: str, arguments: Sequence[nodes.Node], frame: Frame) -> None:
        self.write(f"environment.{method}((")
        for argument in arguments:
            self.visit(argument, frame)
            self.write(", ")
        self.write("))")

    def _weighed(
        self,
        visit: Callable[..., None],
        node: nodes.Node,
        frame: Frame,
        items: Sequence[nodes.Node],
    ) -> None:
        """Something that holds more than constants is weighed when it is built."""
        if all(isinstance(item, nodes.Const) for item in items):
            visit(node, frame)
            return
        self.write("environment.weighed(")
        visit(node, frame)
        self.write(")")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if isinstance(node, nodes.TemplateData):
            return node.data
        raise nodes.Impossible

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")


def _weight(node: nodes.Node) -> int:
    return 1 + sum(1 for _ in node.find_all(nodes.Node))


def _meter_loop(loop: nodes.For) -> None:
    """Pay before looping; a recursive loop pays at each turn, since it may be called with anything."""
    weight = 1 + sum(_weight(part) for part in loop.body)
    if loop.recursive:
        loop.body.insert(0, _spend(weight))
    loop.iter = nodes.Filter(loop.iter, "_metered", [nodes.Const(weight)], [], None, None)


def _spend(weight: int) -> nodes.ExprStmt:
    return nodes.ExprStmt(
        nodes.Filter(nodes.Const(weight), "_spend", [], [], None, None, lineno=1), lineno=1
    )
