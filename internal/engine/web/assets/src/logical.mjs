// Turns left and right into start and end, so that one stylesheet serves both directions of writing. Reads compressed
// CSS from the file named on the command line, writes the result to standard output.
import { readFileSync } from 'node:fs'

const side = { left: 'start', right: 'end' }
const names = {
  'border-top-left-radius': 'border-start-start-radius',
  'border-top-right-radius': 'border-start-end-radius',
  'border-bottom-left-radius': 'border-end-start-radius',
  'border-bottom-right-radius': 'border-end-end-radius',
}
for (const [from, to] of Object.entries(side)) {
  names[from] = `inset-inline-${to}`
  for (const box of ['margin', 'padding', 'border']) names[`${box}-${from}`] = `${box}-inline-${to}`
  for (const part of ['width', 'style', 'color']) names[`border-${from}-${part}`] = `border-inline-${to}-${part}`
}

// Four values run top, right, bottom, left: the two sides are said apart where they differ.
function fourSides (name, value) {
  const important = value.endsWith('!important') ? '!important' : ''
  const parts = value.replace('!important', '').trim().match(/(?:[^\s()]+|\([^)]*\))+/g) ?? []
  if (parts.length !== 4 || parts[1] === parts[3]) return `${name}:${value}`
  const [top, end, bottom, start] = parts
  return `${name}-block:${top} ${bottom}${important};${name}-inline:${start} ${end}${important}`
}

function declaration (name, value) {
  if (name in names) return `${names[name]}:${value}`
  if (name === 'margin' || name === 'padding') return fourSides(name, value)
  if (name === 'text-align') return `${name}:${value.replace(/^left/, 'start').replace(/^right/, 'end')}`
  if (name === 'float' || name === 'clear') return `${name}:${value.replace(/^(left|right)/, (_, s) => `inline-${side[s]}`)}`
  return `${name}:${value}`
}

const css = readFileSync(process.argv[2], 'utf8').replace(/^\ufeff|@charset "UTF-8";/g, '')
const logical = css.replace(/(?<=[{;])([a-z-]+):((?:"[^"]*"|\([^)]*\)|[^;}"(])*)(?=[;}])/g, (_, name, value) => declaration(name, value))
process.stdout.write(logical.trim() + '\n')
