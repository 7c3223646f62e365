import { expect, it } from '@jest/globals'
import { aCustomer, anAccount } from '../../../helpers/clinic/world.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf, refusedBy } from '../../../helpers/database/rules.ts'

const tables = [
  'app_private.accounts',
  'app_private.external_identities',
  'app_private.sessions',
  'app_private.refresh_tokens',
  'app_private.sign_in_counts',
  'app_private.known_places',
  'app_private.account_messages',
  'app_public.customers',
]

it('each constraint of accounts, sessions and customers refuses what its name says, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const { accountId, customerId } = await aCustomer(db)
    const other = await aCustomer(db)
    const { id: sessionId } = await db.one('select id from app_private.sessions where account_id = $1', [accountId])
    await db.query(`insert into app_private.refresh_tokens values ('\\x01', $1, now(), now())`, [sessionId])
    await db.query(`insert into app_private.external_identities values ('issuer', 'subject', $1)`, [accountId])
    await db.query(
      `insert into app_private.sign_in_counts (address_hash, place, spent) values ('\\x01', 'elsewhere', 1)`,
    )
    await db.query(`insert into app_private.known_places (account_id, place) values ($1, 'here')`, [accountId])
    const { id: messageId } = await db.one(
      `insert into app_private.account_messages (address, account_id, kind, language) values ('ann@test.example', $1, 'registered', 'en') returning id`,
      [accountId],
    )
    const messageWith = (change: string): [string, string] => [
      `update app_private.account_messages set ${change} where id = $1`,
      messageId,
    ]

    const violations = {
      accounts_are_identified_by_id: [
        `insert into app_private.accounts (id, email) overriding system value values ($1, 'new@test.example')`,
        accountId,
      ],
      accounts_are_unique_by_email: [
        'insert into app_private.accounts (email) select email from app_private.accounts where id = $1',
        accountId,
      ],
      accounts_have_one_address: [
        `insert into app_private.accounts (email, claimed_email) values ('one@test.example', 'two@test.example')`,
      ],
      an_address_is_counted_once_a_place: [
        `insert into app_private.sign_in_counts (address_hash, place, spent) values ('\\x01', 'elsewhere', 1)`,
      ],
      counts_are_of_a_kind_of_place: [
        `insert into app_private.sign_in_counts (address_hash, place, spent) values ('\\x01', 'somewhere', 1)`,
      ],
      a_place_is_known_once_to_an_account: [
        `insert into app_private.known_places (account_id, place) values ($1, 'here')`,
        accountId,
      ],
      known_places_are_of_an_account: [`insert into app_private.known_places (account_id, place) values (0, 'here')`],
      account_messages_are_identified_by_id: [
        `insert into app_private.account_messages (id, address, account_id, kind, language) overriding system value
         values ($1, 'ann@test.example', $2, 'registered', 'en')`,
        messageId,
        accountId,
      ],
      account_messages_may_be_of_an_account: messageWith('account_id = 0'),
      account_messages_are_of_a_known_kind: messageWith(`kind = 'advertisement'`),
      account_messages_are_in_a_language_that_is_known: messageWith(`language = 'tlh'`),
      account_messages_are_in_a_known_state: messageWith(`state = 'lost'`),
      account_messages_are_sent_to_somebody: messageWith('account_id = null'),
      invitations_and_what_follows_name_their_invitation: messageWith(`kind = 'invitation'`),
      mails_of_guests_are_about_their_booking: messageWith(
        'guest_clinic_id = 0, guest_booking_id = 0, account_id = null',
      ),
      claims_of_records_name_the_record: messageWith(`kind = 'record_claim'`),
      clinics_of_records_are_named_with_the_record: messageWith('record_clinic_id = 1'),
      account_messages_may_be_about_a_record: messageWith(`kind = 'record_claim', record_customer_id = 0`),
      mails_about_money_say_how_much: messageWith(`kind = 'credit_received'`),
      mails_of_invoices_name_the_invoice: messageWith('money_invoice_id = 0'),
      tokens_expire: messageWith(`token_hash = '\\x01'`),
      external_identities_belong_to_an_account: [
        `insert into app_private.external_identities values ('issuer', 'other', 0)`,
      ],
      an_external_subject_has_one_account: [
        `insert into app_private.external_identities values ('issuer', 'subject', $1)`,
        other.accountId,
      ],
      sessions_are_identified_by_id: [
        `insert into app_private.sessions (id, account_id) values ($1, $2)`,
        sessionId,
        accountId,
      ],
      sessions_belong_to_an_account: ['insert into app_private.sessions (account_id) values (0)'],
      refresh_tokens_are_identified_by_hash: [
        `insert into app_private.refresh_tokens values ('\\x01', $1, now(), now())`,
        sessionId,
      ],
      refresh_tokens_belong_to_a_session: [
        `insert into app_private.refresh_tokens values ('\\x02', gen_random_uuid(), now(), now())`,
      ],
      customers_are_identified_by_id: [
        `insert into app_public.customers (id, full_name) overriding system value values ($1, 'Ann')`,
        customerId,
      ],
      customers_may_be_a_known_human: ['update app_public.customers set human_id = 0 where id = $1', customerId],
      customers_are_merged_into_a_customer: [
        'update app_public.customers set merged_into_id = 0 where id = $1',
        customerId,
      ],
      customers_read_a_language_that_is_known: [
        `update app_public.customers set preferred_language = 'tlh' where id = $1`,
        customerId,
      ],
      customers_are_told_by_email_or_sms: [
        `update app_public.customers set preferred_channel = 'webhook' where id = $1`,
        customerId,
      ],
      preferred_channels_have_an_address: [
        `update app_public.customers set preferred_channel = 'sms', phone = null where id = $1`,
        customerId,
      ],
      an_account_is_one_customer: [
        `insert into app_public.customers (account_id, full_name) values ($1, 'Ann')`,
        accountId,
      ],
      customers_may_have_an_account: [`insert into app_public.customers (account_id, full_name) values (0, 'Ann')`],
      customers_have_a_name: [`insert into app_public.customers (full_name) values (' ')`],
      customer_phones_are_short: [
        `insert into app_public.customers (full_name, phone) values ('Ann', $1)`,
        '0'.repeat(51),
      ],
    } satisfies Record<string, [string, ...unknown[]]>

    const rules = await constraintsOf(db, tables)
    expect(Object.keys(violations).sort()).toEqual(rules)
    expect(await refusedBy(db, violations)).toEqual(Object.fromEntries(rules.map((rule) => [rule, rule])))
  }))

it('an account with a customer or employee is closed, not deleted; deleting another account deletes its sessions', () =>
  inTransaction(async (db) => {
    const { accountId } = await aCustomer(db)
    const bare = await anAccount(db)
    const remove = 'delete from app_private.accounts where id = $1'
    expect(await refusedBy(db, { it: [remove, accountId] })).toEqual({ it: 'customers_may_have_an_account' })
    await db.query(remove, [bare.accountId])
    expect(await db.query('select from app_private.sessions where account_id = $1', [bare.accountId])).toEqual([])
  }))
