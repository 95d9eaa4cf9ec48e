/**
 * Divides a whole into parts by weights so that they sum to it (largest remainder; of equal ones the first). Without any weight
 * all goes to the first part.
 */
export function apportion(totalMinor: number, weights: readonly number[]): number[] {
  const total = BigInt(totalMinor)
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n)
  if (sum === 0n) return weights.map((_weight, index) => (index === 0 ? totalMinor : 0))
  const exact = weights.map((weight, index) => {
    const scaled = total * BigInt(weight)
    return { index, part: scaled / sum, remainder: scaled % sum }
  })
  let left = total - exact.reduce((all, { part }) => all + part, 0n)
  for (const one of [...exact].sort((a, b) => compare(b.remainder, a.remainder) || a.index - b.index)) {
    if (left === 0n) break
    one.part += 1n
    left -= 1n
  }
  return exact.map(({ part }) => Number(part))
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}
