import type { Mutation } from '../mutation.ts'

/** Recordings of online visits. */
export const recordings: Mutation[] = [
  {
    name: 'a visit is recorded although the patient has withdrawn',
    file: 'fill_recording.sql',
    from: 'elsif consent.patient_agreed_at is null or consent.patient_withdrew_at is not null then',
    to: 'elsif consent.patient_agreed_at is null then',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'the consent of a former doctor is enough',
    file: 'keep_consultation.sql',
    from: 'set doctor_id = NEW.doctor_id, doctor_agreed_at = null, doctor_withdrew_at = null',
    to: 'set doctor_id = NEW.doctor_id',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'a consent is given for what was recorded before',
    file: 'consultation/recording/agree.sql',
    from: 'c.booking_id = booking.id and c.closes_at > now()) then',
    to: 'c.booking_id = booking.id) then',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'a withdrawal leaves the recordings',
    file: 'discard_recordings.sql',
    from: "set state = 'removing', state_since = now(), retry_at = now()",
    to: 'set state_since = now()',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'the row of a recording goes while an upload can bring the file back',
    file: 'record_recording.sql',
    from: "if recording.upload_until + interval '1 day' <= record_recording.at then",
    to: 'if true then',
    caughtBy: 'worker/keep_recordings.test.ts',
  },
  {
    name: 'a file of another size counts as stored',
    file: 'record_recording.sql',
    from: 'record_recording.found_bytes = recording.bytes then',
    to: 'record_recording.found_bytes is not null then',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'a longer policy keeps recordings longer',
    file: 'tables/policies.sql',
    from: 'for each row when (NEW.recordings_kept_for < OLD.recordings_kept_for)',
    to: 'for each row when (NEW.recordings_kept_for > OLD.recordings_kept_for)',
    caughtBy: 'sql/consultation/recordings.test.ts',
  },
  {
    name: 'an upload that begins beside a withdrawal is not found by it',
    file: 'fill_recording.sql',
    from: 'where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.booking_id for no key update;',
    to: 'where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.booking_id;',
    caughtBy: 'concurrency/recordings.test.ts',
  },
]
