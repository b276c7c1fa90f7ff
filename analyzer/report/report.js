/* SPDX-License-Identifier: GPL-2.0-or-later
 * report.js - hover, tap and keyboard on the page of `mailscope report`. The page can be read without
 * it. Captured text is only ever moved as text or as nodes that are there already. */
"use strict";
(() => {
    const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

    const make = (name, text, className) => {
        const node = document.createElement(name);
        node.textContent = text;
        if (className) {
            node.className = className;
        }
        return node;
    };

    /* --- copying --- */

    const copy = async (text) => {
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch {
            const area = make("textarea", text, "copying");
            document.body.append(area);
            area.select();
            const done = document.execCommand("copy");
            area.remove();
            return done;
        }
    };

    const addCopy = (code) => {
        const button = make("button", "Copy", "copy");
        button.type = "button";
        button.setAttribute("aria-label", "Copy the display filter");
        button.addEventListener("click", async () => {
            button.textContent = (await copy(code.textContent)) ? "Copied" : "Press Ctrl+C";
            setTimeout(() => { button.textContent = "Copy"; }, 1500);
        });
        code.after(button);
    };

    /* --- bytes as hex --- */

    /* The bytes behind an element's text: what is written out as \xNN, \r, ... is one byte. */
    const bytesOf = (node) => {
        const bytes = [];
        const encoder = new TextEncoder();
        for (const child of node.childNodes) {
            if (child.nodeType === Node.ELEMENT_NODE && child.className === "x") {
                const named = { r: 13, n: 10, t: 9, "\\": 92 };
                for (const match of child.textContent.matchAll(/\\(x([0-9a-f]{2})|[rnt\\])/g)) {
                    bytes.push(match[2] ? parseInt(match[2], 16) : named[match[1]]);
                }
            } else if (child.nodeType === Node.TEXT_NODE) { /* words of our own are elements */
                bytes.push(...encoder.encode(child.textContent));
            }
        }
        return bytes;
    };

    const hexDump = (bytes) => {
        const rows = [];
        for (let at = 0; at < bytes.length; at += 8) {
            const row = bytes.slice(at, at + 8);
            const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
            const text = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
            rows.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(23)}  ${text}`);
        }
        return rows.join("\n");
    };

    /* --- one stop of the Tab key, arrow keys inside --- */

    const oneStop = (nodes) => {
        let stop = nodes[0];
        nodes.forEach((node) => { node.tabIndex = node === stop ? 0 : -1; });
        return (node) => {
            stop.tabIndex = -1;
            stop = node;
            stop.tabIndex = 0;
        };
    };

    /* The node that the key leads to from the focused one, or undefined. */
    const nodeFor = (key, nodes) => {
        const at = nodes.indexOf(document.activeElement);
        const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: nodes.length - 1 };
        return at < 0 ? undefined : nodes[next[key]];
    };

    all(".timeline").forEach((timeline) => {
        const bars = all("a", timeline);
        const moveStop = oneStop(bars);
        timeline.addEventListener("focusin", (event) => { moveStop(event.target.closest("a")); });
        timeline.addEventListener("keydown", (event) => {
            const bar = nodeFor(event.key, bars);
            if (bar) {
                event.preventDefault();
                bar.focus();
            }
        });
    });

    /* --- the ladder --- */

    const ladderReady = (talk) => {
        const panel = talk.querySelector(".panel");
        const steps = all(".ladder a", talk);
        let pinned = null;
        let shown = null;
        const moveStop = oneStop(steps);
        panel.hidden = false;
        panel.setAttribute("role", "status");
        panel.append(make("p", "Point at a step, tap it, or go through them with the arrow keys.", "d hint"));

        const show = (step) => {
            const item = document.getElementById(step.getAttribute("href").slice(1));
            if (!item || shown === step) {
                return;
            }
            shown?.classList.remove("on");
            shown = step;
            step.classList.add("on");
            const content = Array.from(item.cloneNode(true).childNodes);
            const text = item.querySelector("pre.w");
            panel.className = `panel ${item.className}`;
            panel.replaceChildren(...content);
            all("button", panel).forEach((button) => button.remove());
            all("code.filter", panel).forEach(addCopy);
            const bytes = text ? bytesOf(text) : [];
            if (bytes.length > 0) {
                panel.querySelector("pre.w").after(make("pre", hexDump(bytes), "hex"));
            }
        };
        const pin = (step) => {
            pinned?.classList.remove("pin");
            pinned = step === pinned ? null : step;
            pinned?.classList.add("pin");
            show(step);
        };
        talk.addEventListener("pointerover", (event) => {
            const step = event.target.closest(".ladder a");
            if (step && !pinned) {
                show(step);
            }
        });
        talk.addEventListener("focusin", (event) => {
            const step = event.target.closest(".ladder a");
            if (!step) {
                return;
            }
            moveStop(step);
            if (!pinned) {
                show(step);
            }
        });
        talk.addEventListener("click", (event) => {
            const step = event.target.closest(".ladder a");
            if (step) {
                event.preventDefault();
                pin(step);
            }
        });
        talk.addEventListener("keydown", (event) => {
            const step = nodeFor(event.key, steps);
            if (event.key === "Escape" && pinned) {
                pin(pinned);
            } else if (step) {
                event.preventDefault();
                pinned?.classList.remove("pin");
                pinned = null;
                step.focus();
                step.scrollIntoView({ block: "nearest" });
            }
        });
    };

    /* --- sessions --- */

    /* The page's policy lets nothing but this make markup of text: what the page itself holds. */
    const policy = window.trustedTypes?.createPolicy("mailscope", { createHTML: (text) => text });
    const trusted = (text) => (policy ? policy.createHTML(text) : text);

    const ready = (session) => {
        if (session.dataset.ready) {
            return;
        }
        session.dataset.ready = "yes";
        const later = session.querySelector(":scope > noscript");
        if (later) {
            const parsed = new DOMParser().parseFromString(trusted(later.textContent), "text/html");
            later.replaceWith(...parsed.body.childNodes);
        }
        all(".talk", session).forEach(ladderReady);
        all("code.filter", session).forEach(addCopy);
    };

    const sessions = all("details.session");
    sessions.forEach((session) => {
        session.addEventListener("toggle", () => {
            if (session.open) {
                ready(session);
            }
        });
        if (session.open) {
            ready(session);
        }
    });

    /* #c1s3, #c1s3l17 (a step), #c1s3m1 (a message), #c1s3q1 (an answer): what it names is built and opened. */
    const follow = () => {
        const name = /^#(c\d+s\d+)([lmq]\d+)?$/.exec(location.hash);
        const session = name && document.getElementById(name[1]);
        if (!session) {
            return;
        }
        ready(session);
        session.hidden = false;
        session.open = true;
        const target = document.getElementById(location.hash.slice(1));
        target?.closest("details.list")?.setAttribute("open", "");
        target?.scrollIntoView();
    };
    addEventListener("hashchange", follow);
    follow();
    document.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (link && !event.defaultPrevented && link.getAttribute("href") === location.hash) {
            follow();
        }
    });

    /* --- finding among many --- */

    if (sessions.length > 1) {
        const bar = make("div", "", "bar");
        const find = make("input", "");
        const found = make("span", "", "d");
        find.type = "search";
        find.id = "find";
        find.placeholder = "Find sessions: address, user, subject, TLS, odd";
        find.setAttribute("aria-label", "Find sessions");
        found.setAttribute("role", "status");
        const texts = sessions.map((session) => session.firstElementChild.textContent.toLowerCase());
        const narrow = () => {
            const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
            let count = 0;
            sessions.forEach((session, i) => {
                session.hidden = !words.every((word) => texts[i].includes(word));
                count += session.hidden ? 0 : 1;
            });
            found.textContent = words.length ? `${count} of ${sessions.length}` : "";
        };
        find.addEventListener("input", narrow);
        const openAll = make("button", "Open all");
        openAll.type = "button";
        openAll.addEventListener("click", () => {
            const open = sessions.some((session) => !session.hidden && !session.open);
            sessions.filter((session) => !session.hidden).forEach((session) => { session.open = open; });
            openAll.textContent = open ? "Close all" : "Open all";
        });
        bar.append(find, found, openAll);
        document.querySelector(".capture").before(bar);
    }

    /* A few sessions are printed whole; of many, those that are open: that stands on the paper. */
    const paper = make("p", "", "paper");
    document.querySelector("main").prepend(paper);
    let opened = [];
    addEventListener("beforeprint", () => {
        opened = sessions.length > 20 ? [] : sessions.filter((session) => !session.open);
        opened.forEach((session) => {
            ready(session);
            session.open = true;
        });
        const open = sessions.filter((session) => session.open && !session.hidden).length;
        paper.hidden = open === sessions.length;
        paper.textContent = `Printed: ${open} of ${sessions.length} sessions, those that are open on the page. ` +
            "Press \u201cOpen all\u201d before printing to have all.";
    });
    addEventListener("afterprint", () => {
        opened.forEach((session) => { session.open = false; });
    });
})();
