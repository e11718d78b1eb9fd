<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- Where the phone's files are. What comes first in the list of files wins. -->
<APPLICATION
  APP_FILE_PATH="{{ XX_image }}"
  CONFIG_FILES="{% if XX_parameters %}{{ XX_mac }}-own.cfg, {% endif %}{{ XX_mac }}-user.cfg, {{ XX_mac }}-common.cfg"
  MISC_FILES=""
  LOG_FILE_DIRECTORY=""
  OVERRIDES_DIRECTORY=""
  CONTACTS_DIRECTORY=""
  LICENSE_DIRECTORY=""/>
