/**
 * One line of a CSV file (RFC 4180). What a spreadsheet would take for a formula is made a text by an apostrophe; a number of
 * ours, being a number, stays one.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

function cellOf(cell: string | number | null): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = /^[=+\-@\t\r\n\0]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
