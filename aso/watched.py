"""A stand-in for an object of a client's, which its caller takes for the object itself.

``isinstance``, attributes, ``repr``, copies and pickles are the original's; a copy is not watched.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from wrapt import ObjectProxy

if TYPE_CHECKING:
    _Proxy = ObjectProxy[Any]
else:  # not every version of wrapt that we take can be subscripted
    _Proxy = ObjectProxy


class Watched(_Proxy):
    """The original, but for the methods that a subclass watches."""

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __copy__(self) -> Any:
        return copy.copy(self.__wrapped__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return copy.deepcopy(self.__wrapped__, memo)

    def __reduce__(self) -> Any:
        return self.__wrapped__.__reduce__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__wrapped__.__reduce_ex__(protocol)
