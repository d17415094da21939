"""The customers' tables as Django sees them: unmanaged. Its admin takes no composite key, so `id` alone is the key."""

from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from benchmarks.peers.selection import BUSINESS, EVERYWHERE, PLACE, PROGRAM, WALLET


class CustomerQuerySet(models.QuerySet):
    """Customers with what the columns show, of one program and one scope of figures.

    Left joins by whole keys, which PostgreSQL leaves out where only rows are counted.
    """

    def with_columns(self, scope: int) -> "CustomerQuerySet":
        category = Category.objects.filter(business_id=BUSINESS, id=OuterRef("membership__category_id"))
        return self.alias(
            figures=FilteredRelation(
                "customerstats", condition=Q(customerstats__business_id=BUSINESS, customerstats__scope_id=scope)
            ),
            membership=FilteredRelation(
                "enrolment", condition=Q(enrolment__business_id=BUSINESS, enrolment__program_id=PROGRAM)
            ),
            held=FilteredRelation("balance", condition=Q(balance__business_id=BUSINESS, balance__wallet_id=WALLET)),
        ).annotate(
            category=Subquery(category.values("name")),
            access=F("membership__access"),
            sales_count=F("figures__sales_count"),
            amount=F("figures__amount"),
            average=F("figures__average"),
            last_at=F("figures__last_at"),
            points=F("held__amount"),
            expiring_at=F("held__expiring_at"),
        )


class Customer(models.Model):
    id = models.BigIntegerField(primary_key=True)
    business_id = models.BigIntegerField()
    phone = models.TextField()
    first_name = models.TextField()
    last_name = models.TextField()
    email = models.TextField()

    objects = CustomerQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "customer"


class Everywhere(Customer):
    """Customers with their figures of the whole business."""

    scope = EVERYWHERE

    class Meta:
        proxy = True


class OnePlace(Customer):
    """Customers who bought at one point of sale, with their figures there."""

    scope = PLACE

    class Meta:
        proxy = True


class CustomerStats(models.Model):
    customer = models.OneToOneField(Customer, models.DO_NOTHING, primary_key=True)
    business_id = models.BigIntegerField()
    scope_id = models.BigIntegerField()
    sales_count = models.IntegerField()
    amount = models.BigIntegerField()
    average = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "customer_stats"


class Category(models.Model):
    id = models.BigIntegerField(primary_key=True)
    business_id = models.BigIntegerField()
    name = models.TextField()

    class Meta:
        managed = False
        db_table = "category"


class Enrolment(models.Model):
    customer = models.OneToOneField(Customer, models.DO_NOTHING, primary_key=True)
    business_id = models.BigIntegerField()
    program_id = models.BigIntegerField()
    category = models.ForeignKey(Category, models.DO_NOTHING)
    access = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "enrolment"


class Balance(models.Model):
    customer = models.OneToOneField(Customer, models.DO_NOTHING, primary_key=True)
    business_id = models.BigIntegerField()
    wallet_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    expiring_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "balance"
