import { describe, expect, it } from '@jest/globals'
import { TYPES } from 'postgraphile/@dataplan/pg'
import { GraphQLError } from 'postgraphile/graphql'
import { mergeLists } from '../../src/graphql/several_databases/merge_lists.ts'
import type { SpanningDocument } from '../../src/graphql/several_databases/spanning_document.ts'

// What several databases answer about one list. test/programs/shards/server.test.ts merges what real ones answer.

const named = (...fields: string[]) => Object.fromEntries(fields.map((field) => [field, { field, inside: {} }]))
const column = (codec: keyof typeof TYPES, isNullable = false) => ({
  isDescending: false,
  nullsFirst: false,
  isNullable,
  codec: TYPES[codec],
})

/** A document with one list, ordered by these columns. */
const list = (first: number, ...order: ReturnType<typeof column>[]): SpanningDocument => ({
  global: null as never,
  shards: null as never,
  incomplete: [],
  again: [],
  defaults: {},
  lists: new Map([
    [
      'some',
      {
        names: { ...named('nodes', 'totalCount'), info: { field: 'pageInfo', inside: named('hasNextPage') } },
        first: () => first,
        order: () => order,
      },
    ],
  ]),
})

/** The answer of a database with rows of these values, the last of which is the row itself. */
const answer = (...rows: unknown[][]) => ({
  data: {
    some: {
      nodes: rows.map((values) => values.at(-1)),
      medislotCursors: rows.map((values) => ({
        cursor: Buffer.from(JSON.stringify(['digest', ...values])).toString('base64'),
      })),
      totalCount: rows.length,
      info: { hasNextPage: false },
    },
    other: 'of the global database',
  },
})

const merge = (document: SpanningDocument, ...[global, ...parts]: ReturnType<typeof answer>[]) =>
  mergeLists(document, {}, global as object, parts)

describe('merged lists', () => {
  it('compare ids as numbers, and contain a row once that two databases have while its clinic moves', () => {
    const merged = merge(list(4, column('bigint')), answer(['9'], ['100']), answer(['10'], ['100']), answer(['1000']))
    expect(merged).toEqual({
      data: {
        some: { nodes: ['9', '10', '100', '1000'], totalCount: 5, info: { hasNextPage: false } },
        other: 'of the global database',
      },
    })
  })

  it('have a next page when rows are left over, even if each database has returned all of its rows', () => {
    const merged = merge(list(2, column('bigint')), answer(['1'], ['3']), answer(['2']))
    expect(merged.data?.some).toEqual({ nodes: ['1', '2'], totalCount: 3, info: { hasNextPage: true } })
  })

  it('have nulls last in ascending order, and compare columns with nulls by the arrays in cursors', () => {
    const byText = merge(
      list(3, column('text', true), column('bigint')),
      answer([[null], '1'], [['b'], '2']),
      answer([['B'], '3']),
    )
    // B is before b.
    expect(byText.data?.some).toMatchObject({ nodes: ['3', '2', '1'] })
    const byInt = merge(list(2, column('int', true), column('bigint')), answer([[null], '1']), answer([[0], '2']))
    expect(byInt.data?.some).toMatchObject({ nodes: ['2', '1'] })
    const notNull = merge(list(2, column('int'), column('bigint')), answer([0, '1']), answer([7, '2']))
    expect(notNull.data?.some).toMatchObject({ nodes: ['1', '2'] })
  })

  it('are null with the errors of the first database that did not answer', () => {
    const error = new GraphQLError('down', { path: ['some'] })
    const failed = { data: { some: null }, errors: [error, new GraphQLError('else', { path: ['another'] })] }
    expect(mergeLists(list(2, column('bigint')), {}, answer(['1']), [failed, failed])).toEqual({
      data: { some: null, other: 'of the global database' },
      errors: [error],
    })
  })
})
