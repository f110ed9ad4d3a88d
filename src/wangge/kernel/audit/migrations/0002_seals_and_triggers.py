import django.contrib.postgres.indexes
from django.db import migrations, models

# ENABLE ALWAYS: a session that plays replica (session_replication_role) does not get past them either.
# The owner of the tables can still disable them; that is what the chain and its anchor are for.
TRIGGERS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '审计记录只能追加: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := statement_timestamp();  -- nobody writes into the past
    INSERT INTO audit_auditpending (entry_id) VALUES (NEW.id);
    RETURN NEW;
END $$;

CREATE TRIGGER audit_entry_stamp BEFORE INSERT ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_stamp();
CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_keep_all BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_keep BEFORE UPDATE OR DELETE ON audit_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_keep_all BEFORE TRUNCATE ON audit_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_auditentry ENABLE ALWAYS TRIGGER audit_entry_keep;
ALTER TABLE audit_auditentry ENABLE ALWAYS TRIGGER audit_entry_keep_all;
ALTER TABLE audit_auditseal ENABLE ALWAYS TRIGGER audit_seal_keep;
ALTER TABLE audit_auditseal ENABLE ALWAYS TRIGGER audit_seal_keep_all;

INSERT INTO audit_auditpending (entry_id) SELECT id FROM audit_auditentry;
"""

NO_TRIGGERS = """
DROP TRIGGER audit_entry_stamp ON audit_auditentry;
DROP TRIGGER audit_entry_keep ON audit_auditentry;
DROP TRIGGER audit_entry_keep_all ON audit_auditentry;
DROP TRIGGER audit_seal_keep ON audit_auditseal;
DROP TRIGGER audit_seal_keep_all ON audit_auditseal;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_stamp();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditPending',
            fields=[
                ('entry_id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='记录')),
            ],
            options={
                'verbose_name': '待封存记录',
                'verbose_name_plural': '待封存记录',
            },
        ),
        migrations.AddField(
            model_name='auditseal',
            name='content',
            field=models.BinaryField(default=b'', max_length=32, verbose_name='内容哈希'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='auditseal',
            name='digest',
            field=models.BinaryField(max_length=32, verbose_name='链哈希'),
        ),
        migrations.AlterField(
            model_name='auditseal',
            name='sealed_at',
            field=models.DateTimeField(verbose_name='封存时间'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['at'], name='audit_at', pages_per_range=32),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
