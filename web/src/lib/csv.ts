/** Tables that the page makes of what it shows, as people open them: UTF-8 with a mark, commas, formulas made harmless. */

export type Cell = string | number | null;

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function written(cell: Cell): string {
  const text = cell === null ? '' : typeof cell === 'number' ? String(cell) : FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvText = (rows: readonly (readonly Cell[])[]): string => `\uFEFF${rows.map((row) => `${row.map(written).join(',')}\r\n`).join('')}`;

/** Has the browser keep a text as a file. */
export function saveCsv(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `${name}.csv`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
