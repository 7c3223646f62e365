import { expect, test } from '@jest/globals'
import { mailto, tel } from '../../../src/web/parts/contact_links.ts'

test.each([
  ['ann@example.org', 'mailto:ann@example.org'],
  ['ann?bcc=eve@example.org', 'mailto:ann%3Fbcc%3Deve@example.org'],
  ['a&b#c%41@example.org', 'mailto:a%26b%23c%2541@example.org'],
  ['mueller,hans@x.example', 'mailto:mueller%2Chans@x.example'],
])('the link to %s has that address as its only recipient', (address, link) => {
  expect(mailto(address)).toBe(link)
  expect(decodeURIComponent(new URL(link).pathname)).toBe(address)
  expect(new URL(link).search).toBe('')
})

test('the link to a phone number keeps its digits only', () => {
  expect(tel('+49 (0)30 / 123-4')).toBe('tel:+490301234')
})
