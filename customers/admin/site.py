"""What the admin site is called, and what holds on all of its pages."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin.actions import delete_few

admin.site.site_header = "Rapport"
admin.site.site_title = "Rapport"
admin.site.index_title = _("All records")
admin.site.add_action(delete_few, "delete_selected")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
