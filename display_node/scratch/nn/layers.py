"""Modules with parameters of their own, and functions dressed as modules."""

from display_node.scratch.convolution import Size
from display_node.scratch.create import device_is_here, empty
from display_node.scratch.dtypes import DTypeLike, float32
from display_node.scratch.errors import GraphError, only
from display_node.scratch.nn import functional as F  # noqa: N812 (torch's name)
from display_node.scratch.nn.init import as_torch_does
from display_node.scratch.nn.module import Module
from display_node.scratch.nn.parameter import Parameter
from display_node.scratch.shape import flatten
from display_node.scratch.tensor import Tensor
from display_node.scratch.windows import pair


class Linear(Module):
    """weight (out, in), bias (out,)."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: object = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        device_is_here("Linear", device)
        kind = dtype or float32
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=kind))
        self.bias = Parameter(empty(out_features, dtype=kind)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        as_torch_does(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class Conv2d(Module):
    """weight (out, in / groups, rows, columns), bias (out,)."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        only("Conv2d", padding_mode=(padding_mode, "zeros"), dilation=(pair(dilation), (1, 1)))
        device_is_here("Conv2d", device)
        if in_channels % groups or out_channels % groups:
            raise GraphError(f"Conv2d: {groups} groups must divide {in_channels} and {out_channels} channels")
        kind = dtype or float32
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.padding = pair(kernel_size), pair(stride), pair(padding)
        self.weight = Parameter(empty(out_channels, in_channels // groups, *self.kernel_size, dtype=kind))
        self.bias = Parameter(empty(out_channels, dtype=kind)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        as_torch_does(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.conv2d(input, self.weight, self.bias, self.stride, self.padding, 1, self.groups)

    def extra_repr(self) -> str:
        shape = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        return f"{shape}, stride={self.stride}, padding={self.padding}, groups={self.groups}"


class MaxPool2d(Module):
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        only("MaxPool2d", return_indices=(return_indices, False), ceil_mode=(ceil_mode, False))
        only("MaxPool2d", dilation=(pair(dilation), (1, 1)))
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool2d(input, self.kernel_size, self.stride, self.padding)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        only("AvgPool2d", ceil_mode=(ceil_mode, False), divisor_override=(divisor_override, None))
        only("AvgPool2d", count_include_pad=(count_include_pad, True))
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool2d(input, self.kernel_size, self.stride, self.padding)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class Flatten(Module):
    """Keeps the first axis, the drawings, and makes one of the others."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        return flatten(input, self.start_dim, self.end_dim)


class Dropout(Module):
    """While training, each number is dropped with probability `p`, the others grow by 1 / (1 − p)."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}"
