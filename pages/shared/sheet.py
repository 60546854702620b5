"""A sheet to draw a digit on, by pointer, finger or keyboard.

A component of our own: a canvas whose ink comes to Python as 56 by 56 bytes when a stroke
ends. What is drawn stays in the browser until then.
"""

import base64
import binascii

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.language import Translate

_SIDE = 56

_HTML = """
<canvas width="280" height="280" tabindex="0" role="application"></canvas>
<div class="keys"><button type="button"></button><span></span></div>
"""
_CSS = """
:host {display: block;}
canvas {
  width: 280px; height: 280px; max-width: 100%; background: #fff; border-radius: 8px;
  border: 1px solid var(--st-border-color, #8c8c8c); touch-action: none; cursor: crosshair;
  box-sizing: border-box;
}
canvas:focus-visible {outline: 3px solid var(--st-primary-color, #0072b2); outline-offset: 2px;}
.keys {margin-top: 6px; display: flex; gap: 12px; align-items: center; max-width: 280px;}
button {
  font: inherit; color: var(--st-text-color); background: transparent; cursor: pointer;
  border: 1px solid var(--st-border-color, #8c8c8c); border-radius: 8px; padding: 4px 14px;
  white-space: nowrap;
}
span {font: 0.8rem var(--st-font, sans-serif); color: var(--st-text-color);}
"""
_JS = """
export default function (component) {
  const { parentElement, setStateValue, data } = component;
  const canvas = parentElement.querySelector("canvas");
  const button = parentElement.querySelector("button");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const side = data.side, size = canvas.width, step = 10;
  button.textContent = data.clear;
  parentElement.querySelector("span").textContent = data.keys;
  canvas.setAttribute("aria-label", data.label);
  // What is drawn, and where the pen stands, outlive a new run of the page.
  const state = canvas.kassei || (canvas.kassei = { x: size / 2, y: size / 4, down: false });
  const send = () => {
    const small = document.createElement("canvas");
    small.width = small.height = side;
    const ink = small.getContext("2d");
    ink.drawImage(canvas, 0, 0, side, side);
    const all = ink.getImageData(0, 0, side, side).data;
    let text = "";
    for (let i = 3; i < all.length; i += 4) text += String.fromCharCode(all[i]);
    setStateValue("ink", btoa(text));
  };
  const to = (x, y) => {
    pen.lineWidth = 22; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#10141B";
    pen.beginPath(); pen.moveTo(state.x, state.y); pen.lineTo(x, y); pen.stroke();
    state.x = x; state.y = y;
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * size / box.width,
            (event.clientY - box.top) * size / box.height];
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    [state.x, state.y] = place(event);
    state.down = true;
    to(state.x, state.y);
  };
  canvas.onpointermove = (event) => { if (state.down) to(...place(event)); };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (state.down) { state.down = false; send(); }
  };
  canvas.onkeydown = (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (move) {
      const x = Math.min(size, Math.max(0, state.x + step * move[0]));
      const y = Math.min(size, Math.max(0, state.y + step * move[1]));
      // With the shift key the pen moves without drawing.
      if (event.shiftKey) { state.x = x; state.y = y; } else { to(x, y); }
    } else if (event.key === "Enter") { send(); } else if (event.key === "Delete" ||
        event.key === "Backspace") { button.onclick(); } else { return; }
    event.preventDefault();
  };
  button.onclick = () => {
    pen.clearRect(0, 0, size, size);
    state.x = size / 2; state.y = size / 4; state.down = false;
    setStateValue("ink", "");
  };
}
"""

_sheet = st.components.v2.component("kassei_sheet", html=_HTML, css=_CSS, js=_JS)


def draw_sheet(key: str, _: Translate) -> NDArray[np.float32] | None:
    """The sheet; returns its ink (56, 56) from 0 to 1, None while nothing is drawn."""
    drawn = _sheet(
        key=key,
        data={
            "side": _SIDE,
            "clear": _("Clear"),
            "label": _(
                "A sheet to draw a digit: drag, or use the arrow keys; with shift the pen moves"
                " without drawing; enter shows the answers, delete clears."
            ),
            "keys": _("Keys: arrows draw, shift + arrows move, enter shows."),
        },
        height="content",
        on_ink_change=lambda: None,
    )
    return ink(getattr(drawn, "ink", None))


def ink(text: object) -> NDArray[np.float32] | None:
    """What the browser sent, if it is a drawing (side, side) from 0 to 1: anything else is none."""
    if not isinstance(text, str) or not text:
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(content) != _SIDE * _SIDE:
        return None
    return np.asarray(np.frombuffer(content, np.uint8).reshape(_SIDE, _SIDE) / 255, np.float32)
