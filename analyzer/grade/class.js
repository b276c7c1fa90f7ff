/* SPDX-License-Identifier: GPL-2.0-or-later
 * class.js - sorts the class page's table, and finds students in it. */
"use strict";
(() => {
    const table = document.querySelector("section.all table");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

    function sort(head, column) {
        const down = head.getAttribute("aria-sort") === "ascending";
        const number = head.classList.contains("number");
        const keys = new Map(rows.map((row) => {
            const cell = row.cells[column];
            return [row, number ? Number(cell.dataset.v) : cell.textContent];
        }));
        rows.sort((a, b) => (down ? -1 : 1) *
            (number ? keys.get(a) - keys.get(b) : collator.compare(keys.get(a), keys.get(b))));
        for (const other of heads) {
            other.removeAttribute("aria-sort");
        }
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        body.append(...rows);
    }

    heads.forEach((head, column) => {
        head.querySelector("button").addEventListener("click", () => sort(head, column));
    });
    heads[0].setAttribute("aria-sort", "ascending");

    const find = document.querySelector(".find");
    const said = find.querySelector("[role=status]");
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    find.hidden = false;
    find.querySelector("input").addEventListener("input", (event) => {
        const wanted = event.target.value.trim().toLowerCase();
        let count = 0;
        for (const row of rows) {
            row.hidden = !texts.get(row).includes(wanted);
            count += row.hidden ? 0 : 1;
        }
        said.textContent = wanted === "" ? "" : `${count} of ${rows.length}`;
    });
})();
