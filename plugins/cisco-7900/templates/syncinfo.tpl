<IMAGE VERSION="*" SYNC="again"/>
